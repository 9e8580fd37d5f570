namespace R1Pipeline.StageHost;

/// <summary>One stage kind of the catalog: reads inputs, calls the training core, commits one artifact. Knows no run state, no store, no other stage.</summary>
public interface IStage
{
    /// <summary>The kind's name in the catalog, the word after <c>uses:</c>.</summary>
    string Uses { get; }

    /// <summary>
    /// Does the whole stage on the calling thread, the worker's main thread, which is the only one that may touch tensors.
    /// Begins at <see cref="StageContext.Resume"/> when there is one.
    /// </summary>
    /// <exception cref="R1Pipeline.Contracts.Stages.StageFailedException">The stage cannot go on; the class says what happens next.</exception>
    StageResult Execute(StageContext context);
}
