using Polly;
using Polly.Retry;

namespace R1Pipeline.Orchestration.Stores.Postgres;

/// <summary>
/// Repeats calls while the database does not answer, with exponential pauses, for a bounded time. All callers share one outage: it begins with the first
/// call that fails and ends with the first that succeeds, so that many waiting callers give up together and not one after the other. Once this process
/// was asked to stop, an outage is only waited out for as long as somebody waits at a keyboard.
/// </summary>
internal sealed class OutageRetry
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan StoppingPatience = TimeSpan.FromSeconds(5);

    private readonly string _database;
    private readonly TimeSpan _patience;
    private readonly TimeProvider _time;
    private readonly Action<string> _say;
    private readonly CancellationToken _stop;
    private readonly ResiliencePipeline _retries;
    private readonly Lock _gate = new();
    private long? _since;

    /// <param name="database">The database, in words.</param>
    /// <param name="patience">How long an outage is waited out.</param>
    /// <param name="time">The clock.</param>
    /// <param name="say">Told once an outage that it began and what happens.</param>
    /// <param name="stop">Cancelled when this process is asked to stop.</param>
    public OutageRetry(string database, TimeSpan patience, TimeProvider time, Action<string> say, CancellationToken stop = default)
    {
        (_database, _patience, _time, _say, _stop) = (database, patience, time, say, stop);
        _retries = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = arguments => ValueTask.FromResult(arguments.Outcome.Exception is { } error && PostgresErrors.IsOutage(error) && GoesOn(error)),
                MaxRetryAttempts = int.MaxValue, // bounded by time
                BackoffType = DelayBackoffType.Exponential,
                Delay = FirstPause,
                MaxDelay = LongestPause,
                UseJitter = true,
            })
            .Build();
    }

    /// <summary>Calls <paramref name="attempt"/> until it returns, fails for good, or the outage has lasted too long.</summary>
    /// <exception cref="StoreUnavailableException">The outage has lasted too long.</exception>
    public T Run<T>(Func<T> attempt)
    {
        try
        {
            var result = _retries.Execute(attempt);
            lock (_gate) _since = null;
            return result;
        }
        catch (Exception error) when (PostgresErrors.IsOutage(error))
        {
            string wait = Stops ? "does not answer, and a stop was asked for" : $"did not answer for {Words(_patience)}";
            throw new StoreUnavailableException($"the state database {_database} {wait}: {error.Message}; check the server and the network", error);
        }
        catch (Exception error) when (PostgresErrors.Known(error, _database) is { } known)
        {
            throw known;
        }
    }

    private bool Stops => _stop.IsCancellationRequested;

    private bool GoesOn(Exception error)
    {
        bool first;
        long since;
        lock (_gate)
        {
            first = _since is null;
            since = _since ??= _time.GetTimestamp();
        }
        if (first) _say($"the state database {_database} does not answer ({error.Message}): waiting up to {Words(_patience)}");
        return _time.GetElapsedTime(since) < (Stops && StoppingPatience < _patience ? StoppingPatience : _patience);
    }

    private static string Words(TimeSpan time) => time.TotalMinutes >= 1 ? $"{time.TotalMinutes:0.#} min" : $"{time.TotalSeconds:0.#} s";
}
