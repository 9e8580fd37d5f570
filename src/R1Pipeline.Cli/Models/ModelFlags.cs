using System.CommandLine;
using R1Pipeline.Contracts.Models;
using R1Pipeline.Contracts.Options;

namespace R1Pipeline.Cli.Models;

/// <summary>The options that say which model is computed with, and how.</summary>
internal sealed class ModelFlags
{
    private readonly Argument<string> _folder;
    private readonly Option<string?> _adapter = new("--adapter") { Description = "Folder of a LoRA adapter (adapter_config.json, adapter_model.safetensors) that goes onto the model.", HelpName = "DIR" };
    private readonly Option<WeightQuantization?> _quantize = new("--quantize") { Description = "Hold the projections in 4-bit NormalFloat, as QLoRA does (nf4); default: as they are.", HelpName = "TYPE" };
    private readonly Option<string> _device = new("--device") { Description = $"Where to compute: {ComputeDevice.Words}; auto is a CUDA device where there is one.", HelpName = "DEVICE", DefaultValueFactory = _ => "cpu" };
    private readonly Option<ComputePrecision?> _precision = new("--precision") { Description = "What to compute in: fp32 or bf16; default: bf16 on CUDA, fp32 on the CPU.", HelpName = "TYPE" };
    private readonly Option<int> _threads = ModelOptions.Threads();

    public ModelFlags(Command command, Argument<string> folder)
    {
        _folder = folder;
        _quantize.AcceptOnlyFromAmong("nf4");
        _precision.AcceptOnlyFromAmong("fp32", "bf16");
        _device.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is { } word && !ComputeDevice.IsKnown(word)) result.AddError($"--device '{word}' is no device; accepted: {ComputeDevice.Words}.");
        });
        foreach (Option option in new Option[] { _adapter, _quantize, _device, _precision, _threads }) command.Options.Add(option);
    }

    public ModelSource Of(ParseResult parsed) => new()
    {
        Directory = parsed.GetRequiredValue(_folder),
        Adapter = parsed.GetValue(_adapter),
        Quantize = parsed.GetValue(_quantize),
        Device = parsed.GetRequiredValue(_device),
        Precision = parsed.GetValue(_precision),
        Threads = parsed.GetValue(_threads),
    };
}
