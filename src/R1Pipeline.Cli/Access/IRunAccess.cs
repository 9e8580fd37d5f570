using R1Pipeline.Orchestration;
using R1Pipeline.Orchestration.Status;
using R1Pipeline.Orchestration.Stores;

namespace R1Pipeline.Cli.Access;

/// <summary>
/// The runs that a command looks at: those of a state folder on this machine, or those of a server. What is printed does not depend on which.
/// Every refusal is a <see cref="RunRefusedException"/> with the same words.
/// </summary>
internal interface IRunAccess : IDisposable
{
    /// <summary>Where the runs are, for people.</summary>
    string Place { get; }

    /// <summary>All runs, oldest first; none where there is nothing yet.</summary>
    Task<IReadOnlyList<RunSummary>> RunsAsync(CancellationToken stop);

    /// <summary>A run in full.</summary>
    Task<RunStatus> StatusAsync(string run, CancellationToken stop);

    /// <summary>A run in full, once something may have happened to it: a few seconds later at most.</summary>
    Task<RunStatus> NextStatusAsync(string run, CancellationToken stop);

    /// <summary>The lines of a run's logs, or of a stage's workers.</summary>
    IAsyncEnumerable<RunLogLine> LogsAsync(string run, string? stage, CancellationToken stop);

    /// <summary>Asks for the end of a run; its status right after.</summary>
    Task<RunStatus> CancelAsync(string run, CancellationToken stop);
}
