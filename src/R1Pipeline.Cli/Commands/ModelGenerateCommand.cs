using System.CommandLine;
using R1Pipeline.Cli.Models;
using R1Pipeline.Cli.Output;
using R1Pipeline.Contracts.Models;

namespace R1Pipeline.Cli.Commands;

/// <summary><c>r1 model generate</c>: continues the prompts of a file, or shows one continuation while it grows. The worker does it.</summary>
internal static class ModelGenerateCommand
{
    public static Command Create(Argument<string> folder)
    {
        var prompt = new Argument<string?>("PROMPT") { Description = "A prompt (default: standard input); not with --in.", Arity = ArgumentArity.ZeroOrOne };
        var input = new Option<string?>("--in") { Description = "JSONL with {id, prompt} or {id, input_ids} a line; without it one prompt is continued and shown while it grows.", HelpName = "FILE" };
        Option<string?> output = LineFiles.Output("With --in: JSONL with {id, output_ids, text, logprobs, finish_reason} a line");
        var command = new Command("generate", "Continue prompts with a model.") { folder, prompt, input, output };
        var sampling = new SamplingFlags(command);
        var ignoreEos = new Option<bool>("--ignore-eos") { Description = "Go on after the model's end tokens, to the limit." };
        var chat = new Option<bool>("--chat") { Description = "A prompt is a user's message: render it with the model's chat template." };
        var seed = new Option<long>("--seed") { Description = "Seed of the draws (default 0).", HelpName = "N" };
        Option<int> batch = ModelOptions.Number("--batch", "N", "Outputs generated side by side", 8, 1, 4096);
        foreach (Option option in new Option[] { ignoreEos, chat, seed, batch }) command.Options.Add(option);
        var model = new ModelFlags(command, folder);
        command.Validators.Add(result =>
        {
            if (result.GetValue(prompt) is not null && result.GetValue(input) is not null) result.AddError("PROMPT and --in exclude each other.");
            if (result.GetValue(output) is not null && result.GetValue(input) is null) result.AddError("--out goes with --in.");
        });
        command.SetAction(parsed => ModelWorker.RunAsync(
            GenerateRequest.Argument,
            new GenerateRequest
            {
                Model = model.Of(parsed),
                Input = LineFiles.Existing(parsed.GetValue(input)),
                Output = parsed.GetValue(output),
                Sampling = sampling.Of(parsed),
                IgnoreEos = parsed.GetValue(ignoreEos),
                Chat = parsed.GetValue(chat),
                Seed = parsed.GetValue(seed),
                Batch = parsed.GetValue(batch),
            },
            parsed.GetValue(prompt)));
        return command;
    }
}
