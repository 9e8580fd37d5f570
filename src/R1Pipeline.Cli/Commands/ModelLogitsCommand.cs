using System.CommandLine;
using R1Pipeline.Cli.Models;
using R1Pipeline.Cli.Output;
using R1Pipeline.Contracts.Models;

namespace R1Pipeline.Cli.Commands;

/// <summary><c>r1 model logits</c>: what a model computes for given token ids. The worker does it.</summary>
internal static class ModelLogitsCommand
{
    public static Command Create(Argument<string> folder)
    {
        Option<string?> input = LineFiles.Input("{id, input_ids}");
        var output = new Option<string>("--out") { Description = "Safetensors file to write: ID.logits [T, V] and ID.logprobs [T - 1] in fp32.", HelpName = "FILE", Required = true };
        var command = new Command("logits", "Compute a model's logits and log-probabilities for token ids.") { folder, input, output };
        var model = new ModelFlags(command, folder);
        command.SetAction(parsed => ModelWorker.RunAsync(
            LogitsRequest.Argument,
            new LogitsRequest
            {
                Model = model.Of(parsed),
                Input = LineFiles.Existing(parsed.GetValue(input)),
                Output = parsed.GetRequiredValue(output),
            },
            input: null));
        return command;
    }
}
