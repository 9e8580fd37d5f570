using System.Diagnostics;
using System.Text.Json;
using R1Pipeline.Contracts;
using R1Pipeline.Contracts.Models;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Runtime;
using R1Pipeline.Training.Tests.Runtime;
using R1Pipeline.Training.Weights;

namespace R1Pipeline.Training.Tests.Weights;

/// <summary>What a command asks the worker for about a model, in the worker's own process, is what the training core computes on the model as a stage loads it.</summary>
public sealed class ModelSourceTests : IDisposable
{
    private static readonly (string Name, int[] Ids)[] Sequences = [("a", [.. Enumerable.Range(3, 24)]), ("b", [7])];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(null, ComputePrecision.Fp32)]
    [InlineData("qwen2-r8-all", ComputePrecision.Fp32)]
    [InlineData("qwen2-r8-all", ComputePrecision.Bf16)]
    public void Logits_Quantized_AreThoseOfTheQuantizedDecoderThatQLoraTrainsOn(string? adapter, ComputePrecision precision)
    {
        string directory = SharedFixtures.Path("models", "qwen2-tied");
        var source = new ModelSource { Directory = directory, Adapter = adapter is null ? null : SharedFixtures.Path("lora", adapter), Quantize = WeightQuantization.Nf4, Precision = precision };
        var placement = Placement.Resolve("cpu", precision);
        using Decoder expected = ModelFolder.LoadQuantized(directory, placement), plain = ModelFolder.Load(directory, trainable: false, placement);
        byte[] without = Written(expected);
        if (source.Adapter is { } peft)
        {
            expected.Attach(AdapterFolder.Load(peft, expected.Config, placement: placement));
            Assert.NotEqual(without, Written(expected));
        }

        Assert.NotEqual(Written(plain), without);
        Assert.Equal((WorkerExitCode.Done, ""), Ask(source));
        Assert.Equal(Written(expected), File.ReadAllBytes(_folder["asked"]));
    }

    [Fact]
    public void Logits_CudaOfALibtorchForTheCpu_IsOneErrorAndNoFile()
    {
        Assert.SkipWhen(CudaRuntime.IsBuiltIn, "libtorch is built for CUDA here");
        (int code, string errors) = Ask(new ModelSource { Directory = SharedFixtures.Path("models", "qwen2-tied"), Device = "cuda:1" });
        Assert.Equal(WorkerExitCode.UserData, code);
        Assert.Equal("error: device: cuda:1 is asked for, and this program carries libtorch for the CPU only: build it with -p:TorchBackend=cuda, or ask for device: cpu\n", errors);
        Assert.False(File.Exists(_folder["asked"]));
    }

    private byte[] Written(Decoder model)
    {
        LogitsFile.Write(_folder["expected"], model, Sequences);
        return File.ReadAllBytes(_folder["expected"]);
    }

    private (int Code, string Errors) Ask(ModelSource source)
    {
        File.WriteAllLines(_folder["in"], Sequences.Select(sequence => $$"""{"id":"{{sequence.Name}}","input_ids":[{{string.Join(',', sequence.Ids)}}]}"""));
        string request = JsonSerializer.Serialize(new LogitsRequest { Model = source, Input = _folder["in"], Output = _folder["asked"] }, ContractJson.Compact);
        using Process worker = Process.Start(new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "r1-worker"), [LogitsRequest.Argument, request]) { RedirectStandardError = true })!;
        string errors = worker.StandardError.ReadToEnd();
        worker.WaitForExit();
        return (worker.ExitCode, errors);
    }
}
