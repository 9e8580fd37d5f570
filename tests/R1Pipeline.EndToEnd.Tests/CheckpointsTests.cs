using System.Text.Json;
using R1Pipeline.EndToEnd.Tests.Harness;

namespace R1Pipeline.EndToEnd.Tests;

/// <summary><c>r1 checkpoints</c> on a real run: what is there, what is damaged, what may go, and models out of it that others can load.</summary>
public sealed class CheckpointsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Checkpoints_OfADoneRun_AreVerifiedExportedAndPruned()
    {
        R1 r1 = _folder.State();
        await r1.SucceedAsync("run", _folder.Write("tiny.yaml", TinyPipeline.Text(rows: 320)));
        string run = await r1.NewestRunAsync();
        JsonElement checkpoint = (await r1.JsonAsync("checkpoints", "list", run)).First(line => line.GetProperty("stage").GetString() == "base");
        string step = checkpoint.GetProperty("step").GetInt64().ToString();
        Assert.Contains("0 damaged", (await r1.SucceedAsync("checkpoints", "verify", run)).Output, StringComparison.Ordinal);

        // A checkpoint in the middle of the training is a model that another pipeline can begin with.
        string middle = Path.Combine(r1.State, "exported"), output = Path.Combine(r1.State, "output");
        await r1.SucceedAsync("checkpoints", "export", run, "--stage", "base", "--step", step, "--out", middle);
        await r1.SucceedAsync("checkpoints", "export", run, "--stage", "base", "--out", output);
        Assert.Equal(Files(output), Files(middle));
        string half = Path.Combine(r1.State, "half");
        await r1.SucceedAsync("checkpoints", "export", run, "--stage", "base", "--out", half, "--dtype", "bfloat16", "--max-shard-bytes", "20000");
        Assert.Equal(Files(output).Except(["model.safetensors"]), Files(half).Where(file => !file.StartsWith("model", StringComparison.Ordinal)));
        Assert.True(Files(half).Count(file => file.StartsWith("model-", StringComparison.Ordinal)) > 1);
        JsonElement summary = (await r1.JsonAsync("model", "inspect", half)).Single();
        Assert.Equal("bfloat16", summary.GetProperty("config").GetProperty("torch_dtype").GetString());
        Assert.All(summary.GetProperty("tensors").EnumerateArray(), tensor => Assert.Equal("BF16", tensor.GetProperty("type").GetString()));
        Assert.DoesNotContain(Directory.GetDirectories(r1.State), folder => folder.StartsWith(half + ".", StringComparison.Ordinal));
        Assert.Equal(1, (await r1.RunAsync("checkpoints", "export", run, "--stage", "base", "--out", half, "--dtype", "bfloat16")).ExitCode);
        await r1.SucceedAsync("run", _folder.Write("import.yaml", $"name: import\nstages:\n  base: {{ uses: import-model, with: {{ path: {middle} }} }}\n"));

        string weights = Path.Combine(checkpoint.GetProperty("path").GetString()!, "model.safetensors");
        await using (FileStream file = File.Open(weights, FileMode.Open))
        {
            file.Position = file.Length - 1;
            file.WriteByte(0x7f);
        }
        Ended damaged = await r1.RunAsync("checkpoints", "verify", run);
        Assert.Equal(1, damaged.ExitCode);
        Assert.Matches($"DAMAGED +base, checkpoint of step {step} in .*: file model.safetensors has sha256", damaged.Output);
        Assert.Equal(1, (await r1.RunAsync("checkpoints", "export", run, "--stage", "base", "--step", step, "--out", Path.Combine(r1.State, "never"))).ExitCode);

        await r1.SucceedAsync("checkpoints", "prune", run, "--dry-run");
        Assert.NotEmpty(await r1.JsonAsync("checkpoints", "list", run));
        await r1.SucceedAsync("checkpoints", "prune", run);
        Assert.Empty(await r1.JsonAsync("checkpoints", "list", run));
        Assert.Contains("2 good, 0 damaged", (await r1.SucceedAsync("checkpoints", "verify", run)).Output, StringComparison.Ordinal);
        Assert.Equal(2, (await r1.RunAsync("checkpoints", "export", run, "--stage", "base", "--step", step, "--out", Path.Combine(r1.State, "never"))).ExitCode);
    }

    private static string[] Files(string folder) => [.. Directory.GetFiles(folder).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];
}
