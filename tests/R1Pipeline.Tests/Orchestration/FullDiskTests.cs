using R1Pipeline.Artifacts;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Pipelines;
using R1Pipeline.Definition.Resolved;
using R1Pipeline.Orchestration;
using R1Pipeline.Orchestration.Nodes;
using R1Pipeline.Orchestration.Runs;
using R1Pipeline.Orchestration.Stores;
using R1Pipeline.Orchestration.Workers;
using R1Pipeline.Tests.Artifacts;
using Serilog.Core;

namespace R1Pipeline.Tests.Orchestration;

/// <summary>A queue on a full disk says so, takes nothing half, and takes the same again once there is space.</summary>
public sealed class FullDiskTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void SubmitAndRequeue_DiskFull_AreRefusedAsResumableAndChangeNothing()
    {
        string state = _folder.At("state");
        using var disk = SmallDisk.TryMount(state, megabytes: 4);
        Assert.SkipWhen(disk is null, "a small file system can only be mounted as root");
        using var store = RunStores.Open(state, create: true)!;
        var engine = new RunEngine(new RunEngineOptions { StateDirectory = state, Worker = new WorkerCommand("none", []) }, store, new RunLab.Watcher(), Logger.None, TimeProvider.System);
        var source = new RunSource("yaml", new Dictionary<string, string>());
        var before = store.Find(engine.Submit(Importing("first"), source).Id)!;
        disk.Fill("ballast");

        foreach (var refused in new[] { () => engine.Submit(Importing("second"), source), () => engine.Requeue(before.Id, from: "a", accept: []) })
        {
            var refusal = Assert.Throws<RunRefusedException>(refused);
            Assert.Equal(3, refusal.ExitCode);
            Assert.Contains("free space and the same command goes on", refusal.Message, StringComparison.Ordinal);
        }
        Assert.False(RunLock.IsHeld(new RunDirectory(state, before.Id)));
        Assert.Equivalent(before, store.Find(Assert.Single(store.Runs()).Run), strict: true);

        File.Delete(Path.Combine(state, "ballast"));
        Assert.Equal(ExecutionState.Waiting, engine.Submit(Importing("second"), source).State);
        Assert.Equal(before.Id, engine.Requeue(before.Id, from: "a", accept: []).Id);
        Assert.Equal(ResolvedDefinition.Write(Importing("first"), source.Origins), File.ReadAllText(new RunDirectory(state, before.Id).Definition));
    }

    /// <summary>A pipeline that plans to take no space at all, so that it is not refused for that.</summary>
    private PipelineDefinition Importing(string name)
    {
        string model = Directory.CreateDirectory(_folder.At(name)).FullName;
        File.WriteAllText(Path.Combine(model, "weights"), name);
        return Some.Pipeline(new StageDefinition { Name = "a", Uses = "import-model", Seed = 1, Options = new ImportModelOptions { Path = model } });
    }
}
