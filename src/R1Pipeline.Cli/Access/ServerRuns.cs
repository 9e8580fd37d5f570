using System.Runtime.CompilerServices;
using R1Pipeline.Orchestration;
using R1Pipeline.Orchestration.Api;
using R1Pipeline.Orchestration.Status;
using R1Pipeline.Orchestration.Stores;

namespace R1Pipeline.Cli.Access;

/// <summary>The runs of a daemon, asked over its API. A daemon that went away while a run was followed is waited for: its next start goes on with the run.</summary>
/// <param name="address">Where it listens.</param>
/// <param name="say">Tells the person that it is waited for.</param>
internal sealed class ServerRuns(ServerAddress address, Action<string> say) : IRunAccess
{
    private const int NewsSeconds = 5;

    private readonly ServerClient _client = new(address, say);
    private readonly Dictionary<string, long> _lastEvents = [];

    /// <inheritdoc/>
    public string Place => address.Text;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<RunSummary>> RunsAsync(CancellationToken stop) => await _client.GetAsync<List<RunSummary>>(ApiRoutes.Runs, stop);

    /// <inheritdoc/>
    public Task<RunStatus> StatusAsync(string run, CancellationToken stop) => _client.GetAsync<RunStatus>(ApiRoutes.Of(ApiRoutes.Run, run), stop);

    /// <inheritdoc/>
    public async Task<RunStatus> NextStatusAsync(string run, CancellationToken stop)
    {
        string question = $"{ApiRoutes.Of(ApiRoutes.Events, run)}?after={_lastEvents.GetValueOrDefault(run)}&wait={NewsSeconds}";
        List<RunEventRow> events = await _client.GetPatientlyAsync<List<RunEventRow>>(question, stop);
        if (events.Count > 0) _lastEvents[run] = events[^1].Sequence;
        return await _client.GetPatientlyAsync<RunStatus>(ApiRoutes.Of(ApiRoutes.Run, run), stop);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<RunLogLine> LogsAsync(string run, string? stage, [EnumeratorCancellation] CancellationToken stop)
    {
        string question = ApiRoutes.Of(ApiRoutes.Logs, run) + (stage is null ? "" : $"?stage={Uri.EscapeDataString(stage)}");
        await foreach (RunLogLine line in _client.GetLinesAsync<RunLogLine>(question, stop)) yield return line;
    }

    /// <inheritdoc/>
    public Task<RunStatus> CancelAsync(string run, CancellationToken stop) => _client.PostAsync<RunStatus>(ApiRoutes.Of(ApiRoutes.Cancel, run), body: null, stop);

    /// <summary>Puts a run into the server's queue again.</summary>
    /// <exception cref="RunRefusedException">As <see cref="RunEngine.Requeue"/>.</exception>
    public Task<RunStatus> ResumeAsync(string run, RunResumption resumption, CancellationToken stop) => _client.PostAsync<RunStatus>(ApiRoutes.Of(ApiRoutes.Resume, run), resumption, stop);

    /// <summary>Puts a pipeline into the server's queue.</summary>
    /// <exception cref="RunRefusedException">As <see cref="RunEngine.Submit"/>.</exception>
    public Task<RunStatus> SubmitAsync(RunSubmission submission, CancellationToken stop) => _client.PostAsync<RunStatus>(ApiRoutes.Runs, submission, stop);

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();
}
