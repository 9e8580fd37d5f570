using System.Text;
using System.Text.Json;
using R1Pipeline.EndToEnd.Tests.Harness;

namespace R1Pipeline.EndToEnd.Tests;

/// <summary>What the command line promises without a run: help, completion, plain text in pipes, and the commands that only look.</summary>
public sealed class CommandLineTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("run")]
    [InlineData("resume")]
    [InlineData("status")]
    [InlineData("watch")]
    [InlineData("logs")]
    [InlineData("metrics")]
    [InlineData("rollouts")]
    [InlineData("cancel")]
    [InlineData("runs")]
    [InlineData("daemon")]
    [InlineData("submit")]
    [InlineData("validate")]
    [InlineData("plan")]
    [InlineData("schema")]
    [InlineData("explain")]
    [InlineData("checkpoints", "list")]
    [InlineData("checkpoints", "verify")]
    [InlineData("checkpoints", "prune")]
    [InlineData("checkpoints", "export")]
    [InlineData("model", "inspect")]
    [InlineData("model", "tokenize")]
    [InlineData("model", "chat")]
    [InlineData("model", "logits")]
    [InlineData("model", "generate")]
    [InlineData("doctor")]
    [InlineData("bench", "startup")]
    [InlineData("bench", "checkpoint")]
    [InlineData("bench", "orchestration")]
    [InlineData("bench", "memory")]
    [InlineData("completion")]
    public async Task Help_EveryCommand_SaysWhatItDoesAndWhatItTakes(params string[] command)
    {
        Ended help = await _folder.State().SucceedAsync([.. command, "--help"]);

        Assert.Contains($"r1 {string.Join(' ', command)}", help.Output, StringComparison.Ordinal);
        Assert.Contains("--state", help.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Completion_UnfinishedWord_IsCompleted()
    {
        Ended suggested = await _folder.State().RunAsync("[suggest:5]", "r1 st");

        Assert.Contains("status", suggested.Output.Split('\n'));
        Assert.Contains("complete -o default -F _r1_complete r1", (await _folder.State().SucceedAsync("completion", "bash")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Runs_NoStateFolder_AreNoneAndNothingIsCreated()
    {
        R1 r1 = _folder.State();

        Assert.Empty(await r1.JsonAsync("runs"));
        Assert.Empty(await r1.JsonAsync("status"));
        Assert.Equal(2, (await r1.RunAsync("status", "some-run")).ExitCode);
        Assert.False(Directory.Exists(r1.State));
    }

    [Fact]
    public async Task Plan_FreshState_NothingIsCachedAndNothingIsCreated()
    {
        string file = _folder.Write("tiny.yaml", TinyPipeline.Text());
        R1 r1 = _folder.State();

        JsonElement[] stages = [.. Assert.Single(await r1.JsonAsync("plan", file)).GetProperty("stages").EnumerateArray()];

        Assert.Equal(["base", "cold-start"], stages.Select(stage => stage.GetProperty("name").GetString()));
        Assert.All(stages, stage => Assert.False(stage.GetProperty("cached").GetBoolean()));
        Assert.Equal(100, stages[0].GetProperty("steps").GetInt64());
        Assert.All(new[] { "tokens", "memory_bytes", "disk_bytes" }, name => Assert.True(stages[0].GetProperty(name).GetInt64() > 0));
        Assert.NotEmpty(stages[0].GetProperty("why").GetString()!);
        Assert.False(Directory.Exists(r1.State));
    }

    [Fact]
    public async Task Doctor_BuiltRepository_FindsTheWorkerAndItsNativeLibraries()
    {
        IReadOnlyList<JsonElement> findings = await _folder.State().JsonAsync("doctor");

        Assert.Contains(findings, finding => finding.GetProperty("name").GetString() == "worker" && finding.GetProperty("ok").GetBoolean());
        Assert.Contains(findings, finding => finding.GetProperty("name").GetString() == "libtorch" && finding.GetProperty("ok").GetBoolean());
        Assert.False(Directory.Exists(_folder.State().State));
    }

    [Fact]
    public async Task Output_InAPipe_CarriesNoEscapeSequence()
    {
        R1 r1 = _folder.State();
        foreach (Ended ended in new[] { await r1.RunAsync("--help"), await r1.RunAsync("doctor"), await r1.RunAsync("plan", OneMinute.File), await r1.RunAsync("explain") })
        {
            Assert.DoesNotContain('\u001b', ended.Output + ended.Error);
        }
    }

    [Fact]
    public async Task Schema_Printed_IsTheCommittedFile() =>
        Assert.Equal(await File.ReadAllTextAsync(Path.Combine(R1.Root, "pipelines", "pipeline.schema.json")), (await _folder.State().SucceedAsync("schema")).Output);

    [Theory]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", "model.safetensors: tensor a lies at bytes 0 to 8 of 4")]
    [InlineData("{\"a\":{\"dtype\":7}}", "model.safetensors: tensor a: dtype, shape and data_offsets are expected")]
    public async Task ModelInspect_DamagedWeights_NamesFileAndTensor(string header, string message)
    {
        string folder = Directory.CreateDirectory(Path.Combine(_folder.Path, "damaged")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "config.json"), "{}");
        await File.WriteAllBytesAsync(Path.Combine(folder, "model.safetensors"), [.. BitConverter.GetBytes((long)header.Length), .. Encoding.UTF8.GetBytes(header), 0, 0, 0, 0]);

        Ended ended = await _folder.State().RunAsync("model", "inspect", folder);

        Assert.Equal(2, ended.ExitCode);
        Assert.Contains(message, ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ModelInspect_Folder_ShowsEveryKeyOfTheConfiguration()
    {
        const string header = "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}";
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "config.json"), """{"hidden_size": 8, "eos_token_id": [1, 2], "rope_scaling": {"factor": 8.0}}""");
        await File.WriteAllBytesAsync(Path.Combine(_folder.Path, "model.safetensors"), [.. BitConverter.GetBytes((long)header.Length), .. Encoding.UTF8.GetBytes(header), 0, 0, 0, 0]);

        string shown = (await _folder.State().SucceedAsync("model", "inspect", _folder.Path)).Output;

        Assert.All(["hidden_size", "[1,2]", "{\"factor\":8.0}"], part => Assert.Contains(part, shown, StringComparison.Ordinal));
    }

    [Fact]
    public async Task ModelInspect_NoModelFolder_SaysWhatOneIs()
    {
        Ended ended = await _folder.State().RunAsync("model", "inspect", _folder.Path);

        Assert.Equal(2, ended.ExitCode);
        Assert.Contains("config.json", ended.Error, StringComparison.Ordinal);
    }
}
