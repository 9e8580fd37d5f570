using R1Pipeline.Contracts.Pipelines;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Orchestration.Runs;
using R1Pipeline.Orchestration.Workers;

namespace R1Pipeline.Orchestration.Running;

/// <summary>
/// Walks the graph of a run: starts every stage whose inputs are done, side by side, until nothing can go on. A failed stage holds up its
/// dependants only. Looks for a cancel request once a second. Keeps no state: all of it is read from the store.
/// </summary>
internal sealed class RunLoop(AttemptServices node, StageRunner stages, PipelineDefinition definition, string run)
{
    private static readonly TimeSpan PollTime = TimeSpan.FromSeconds(1);

    /// <summary>Works until the run rests.</summary>
    public async Task<RunState> RunAsync(CancellationToken stop)
    {
        using var stopping = new CancellationTokenSource();
        using var onStop = stop.Register(() => Stop(stopping, "stop requested"));
        var active = new Dictionary<string, Task>();
        try
        {
            while (true)
            {
                var state = node.Store.Find(run)!;
                if (state.CancelRequested) Stop(stopping, "cancel requested");
                if (!stopping.IsCancellationRequested)
                {
                    foreach (var stage in Ready(state, active.Keys))
                    {
                        active.Add(stage.Name, Task.Run(() => RunStageAsync(stage, stopping.Token), CancellationToken.None));
                    }
                }
                if (active.Count == 0) break;
                await Task.WhenAny([.. active.Values, Task.Delay(PollTime, node.Time, CancellationToken.None)]);
                foreach (var (name, task) in active.Where(pair => pair.Value.IsCompleted).ToList())
                {
                    active.Remove(name);
                    await task;
                }
            }
        }
        catch
        {
            // An owner that cannot go on takes its workers with it; what they committed stands.
            await stopping.CancelAsync();
            await Task.WhenAll(active.Values.Select(task => task.ContinueWith(_ => { }, TaskScheduler.Default)));
            throw;
        }
        return node.Store.Apply(run, new RunConcluded(node.Time.GetUtcNow(), stop.IsCancellationRequested) { Owner = node.Owner });
    }

    /// <summary>What can start: not what is at work, nor what comes after it, even if the store has the result already: its end is told first.</summary>
    private List<StageDefinition> Ready(RunState state, IReadOnlyCollection<string> active) =>
        [.. definition.Stages.Where(stage => state.Stage(stage.Name).State == ExecutionState.Waiting && !active.Contains(stage.Name)
            && stage.Inputs.All(input => state.Stage(input.Stage).State == ExecutionState.Done && !active.Contains(input.Stage)))];

    private async Task RunStageAsync(StageDefinition stage, CancellationToken stop)
    {
        try
        {
            await stages.RunAsync(stage, stop);
        }
        catch (RunRefusedException e) when (node.Store.Find(run)!.Stage(stage.Name).State == ExecutionState.Waiting)
        {
            var refused = node.Store.Apply(run, new StageRefused(node.Time.GetUtcNow(), stage.Name, StageFailureClass.UserData, e.Message) { Owner = node.Owner });
            node.Events.StageFailed(refused.Stage(stage.Name));
        }
    }

    private void Stop(CancellationTokenSource stopping, string reason)
    {
        if (stopping.IsCancellationRequested) return;
        node.Log.Information("Stopping run {Run}: {Reason}", run, reason);
        node.Events.Stopping(reason, node.Options.GracePeriod);
        stopping.Cancel();
    }
}
