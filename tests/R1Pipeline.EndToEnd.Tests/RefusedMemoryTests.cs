using System.Text.Json;
using R1Pipeline.EndToEnd.Tests.Harness;

namespace R1Pipeline.EndToEnd.Tests;

/// <summary>
/// Memory that the kernel really refuses to libtorch: a worker under a limit of its data (<c>setrlimit RLIMIT_DATA</c>). Half the micro-batch fits into it, and computes what it computes
/// when it is asked for from the beginning.
/// </summary>
public sealed class RefusedMemoryTests : IDisposable
{
    // 1024 sequences reserve about 2580 MiB with the process itself and 512 of them 1510; 1650 and 1040 where layers are computed again, which then happens in backward. A heap's size
    // differs by a tenth from run to run: each limit is more than a fifth away from both.
    private const string Pipeline = """
        name: refused
        seed: 3
        data:
          corpus: { generate: addition, split: corpus, rows: 1024 }
        stages:
          base:
            uses: pretraining
            data: [corpus]
            with: { tokenizer: addition, batch-size: 1024, learning-rate: 1e-3, warmup-steps: 1, model: { hidden-size: 96, num-layers: 3, intermediate-size: 256 } }
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("false", 2000)]
    [InlineData("true", 1300)]
    public async Task Run_AllocationIsRefused_HalvesTheMicroBatchAndEndsWithItsBits(string computedAgain, long mebibytes)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/prlimit"), "prlimit (util-linux) is not installed");
        string pipeline = _folder.Write("refused.yaml", Pipeline);
        string worker = _folder.Write("worker", $"#!/bin/sh\nexec /usr/bin/prlimit --data={mebibytes << 20} -- '{R1.RealWorker}' \"$@\"\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(worker, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        R1 small = _folder.State("small"), limited = new(_folder.State("limited").State) { Worker = worker };
        string[] again = ["--set", $"stages.base.with.activation-checkpointing={computedAgain}"];

        await small.SucceedAsync(["run", pipeline, .. again, "--set", "stages.base.with.micro-batch=512"]);
        Ended ended = await limited.SucceedAsync(["run", pipeline, .. again]);

        JsonElement stage = await limited.StageAsync("base");
        Assert.Equal(("done", 2), (stage.GetProperty("state").GetString(), stage.GetProperty("attempts").GetInt32()));
        Assert.Contains("DefaultCPUAllocator: can't allocate memory", ended.Error, StringComparison.Ordinal);
        string report = await File.ReadAllTextAsync(Path.Combine(limited.State, "runs", await limited.NewestRunAsync(), "report.md"));
        Assert.Contains("| base | 2 | the start | done, 512 sequences at once |", report, StringComparison.Ordinal);
        Assert.Contains("At most 512 sequences at once instead of all", (await limited.SucceedAsync("logs", await limited.NewestRunAsync(), "base")).Output, StringComparison.Ordinal);
        Assert.Equal(await small.HashesAsync(), await limited.HashesAsync());
    }
}
