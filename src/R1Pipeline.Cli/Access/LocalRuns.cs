using System.CommandLine;
using R1Pipeline.Orchestration;
using R1Pipeline.Orchestration.Status;
using R1Pipeline.Orchestration.Stores;

namespace R1Pipeline.Cli.Access;

/// <summary>The runs of a state folder, read from its store and its files. Never creates one.</summary>
internal sealed class LocalRuns(ParseResult parsed) : IRunAccess
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private StateStore? _state;

    /// <inheritdoc/>
    public string Place { get; } = CommonOptions.StateDirectory(parsed);

    /// <inheritdoc/>
    public Task<IReadOnlyList<RunSummary>> RunsAsync(CancellationToken stop) => Task.FromResult((_state ??= StateStore.Find(parsed))?.Reader.Runs() ?? []);

    /// <inheritdoc/>
    public Task<RunStatus> StatusAsync(string run, CancellationToken stop) => Task.FromResult(State.Reader.Status(run));

    /// <inheritdoc/>
    public async Task<RunStatus> NextStatusAsync(string run, CancellationToken stop)
    {
        await Task.Delay(Interval, TimeProvider.System, stop);
        return await StatusAsync(run, stop);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<RunLogLine> LogsAsync(string run, string? stage, CancellationToken stop) =>
        new RunLogReader(State.Store, State.Directory).Read(run, stage).ToAsyncEnumerable();

    /// <inheritdoc/>
    public Task<RunStatus> CancelAsync(string run, CancellationToken stop)
    {
        new RunCancellation(State.Store, State.Directory, TimeProvider.System).Request(run);
        return StatusAsync(run, stop);
    }

    /// <inheritdoc/>
    public void Dispose() => _state?.Dispose();

    private StateStore State => _state ??= StateStore.Require(parsed);
}
