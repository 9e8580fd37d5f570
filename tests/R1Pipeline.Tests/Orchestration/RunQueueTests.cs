using R1Pipeline.Artifacts;
using R1Pipeline.Contracts.Pipelines;
using R1Pipeline.Orchestration;
using R1Pipeline.Orchestration.Nodes;
using R1Pipeline.Orchestration.Runs;

namespace R1Pipeline.Tests.Orchestration;

/// <summary>Runs that are put into the store for somebody else to work on.</summary>
public sealed class RunQueueTests : IDisposable
{
    private static readonly PipelineDefinition Definition = Some.Pipeline(Some.Counting("a", "steps=3"), Some.After("b", "steps=2", "a"));
    private static readonly RunSource Source = new("yaml", new Dictionary<string, string>());

    private readonly RunLab _lab = new();

    public void Dispose() => _lab.Dispose();

    [Fact]
    public async Task Submit_NewDefinition_WaitsInTheStoreAndCanBeWorkedOnLater()
    {
        var submitted = _lab.Engine().Submit(Definition, Source, priority: 4);

        var stored = _lab.Store.Find(submitted.Id)!;
        Assert.Equal((ExecutionState.Waiting, 4), (stored.State, stored.Priority));
        Assert.Equal("yaml", File.ReadAllText(_lab.Directory(submitted.Id).Pipeline));

        Assert.Equal(0, (await _lab.ResumeAsync(submitted.Id)).ExitCode);
    }

    [Fact]
    public void Submit_SameDefinitionAgain_IsTheSameRunWithTheNewPriority()
    {
        var first = _lab.Engine().Submit(Definition, Source, priority: 1);

        Assert.Equal(first.Id, _lab.Engine().Submit(Definition, Source).Id);
        Assert.Equal(1, _lab.Store.Find(first.Id)!.Priority);
        Assert.Equal(first.Id, _lab.Engine().Submit(Definition, Source, priority: 9).Id);
        Assert.Equal(9, _lab.Store.Find(first.Id)!.Priority);
        Assert.Single(_lab.Store.Runs());
    }

    [Fact]
    public async Task Submit_DefinitionWhoseRunFailed_QueuesThatRunAgain()
    {
        var failing = Some.Pipeline(Some.Counting("a", "steps=2,fail=user-data@2,failing-attempts=1"));
        var failed = (await _lab.RunAsync(failing)).Run;
        Assert.Equal(ExecutionState.Failed, failed.State);

        var again = _lab.Engine().Submit(failing, Source);

        Assert.Equal((failed.Id, ExecutionState.Waiting), (again.Id, again.State));
        Assert.Equal(ExecutionState.Done, (await _lab.ResumeAsync(failed.Id)).Run.State);
    }

    [Fact]
    public void Submit_RunThatSomebodyWorksOn_IsLeftAsItIs()
    {
        var run = _lab.Engine().Submit(Definition, Source);
        using var owner = RunLock.TryTake(new RunDirectory(_lab.State, run.Id));
        _lab.Store.Apply(run.Id, new RunTakenOver(Some.Time, 1));

        Assert.Equal((run.Id, ExecutionState.Running), (_lab.Engine().Submit(Definition, Source).Id, _lab.Store.Find(run.Id)!.State));
    }

    [Fact]
    public async Task Requeue_FromAStage_WaitsWithThatStageFresh()
    {
        string run = (await _lab.RunAsync(Definition)).Run.Id;

        var queued = _lab.Engine().Requeue(run, from: "b", accept: []);

        Assert.Equal(ExecutionState.Waiting, queued.State);
        Assert.Equal([ExecutionState.Done, ExecutionState.Waiting], queued.Stages.Select(stage => stage.State));
        Assert.True(queued.Stage("b").Fresh);
    }

    [Fact]
    public void Requeue_UnknownRunOrStage_IsRefusedAsWrongInput()
    {
        string run = _lab.Engine().Submit(Definition, Source).Id;

        Assert.Equal(2, Assert.Throws<RunRefusedException>(() => _lab.Engine().Requeue("nobody", null, [])).ExitCode);
        Assert.Equal(2, Assert.Throws<RunRefusedException>(() => _lab.Engine().Requeue(run, "z", [])).ExitCode);
        Assert.Equal(2, Assert.Throws<RunRefusedException>(() => _lab.Engine().Requeue(run, null, ["z"])).ExitCode);
    }
}
