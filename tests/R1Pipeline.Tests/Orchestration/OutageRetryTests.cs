using Microsoft.Extensions.Time.Testing;
using R1Pipeline.Orchestration.Stores;
using R1Pipeline.Orchestration.Stores.Postgres;

namespace R1Pipeline.Tests.Orchestration;

/// <summary>How long a server that does not answer is waited for, by a clock that is at the end of every pause at once.</summary>
public sealed class OutageRetryTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5), Seconds = TimeSpan.FromSeconds(5);

    private readonly JumpingClock _time = new();

    [Fact]
    public void Run_NoAnswer_GivesUpAfterThePatience()
    {
        (string message, TimeSpan waited) = Fail(_ => { }, CancellationToken.None);

        Assert.Contains("did not answer for 5 min", message, StringComparison.Ordinal);
        Assert.InRange(waited, Patience, Patience + Seconds);
    }

    [Fact]
    public void Run_NoAnswerAndAStopIsAskedFor_GivesUpWithinSeconds()
    {
        using var stop = new CancellationTokenSource();
        var asked = TimeSpan.FromMinutes(1);

        (string message, TimeSpan waited) = Fail(waits =>
        {
            if (waits >= asked) stop.Cancel();
        }, stop.Token);

        Assert.Contains("does not answer, and a stop was asked for", message, StringComparison.Ordinal);
        Assert.InRange(waited, asked, asked + Seconds);
    }

    [Fact]
    public void Run_AnswerSoonAfterAStop_IsWaitedFor()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        int calls = 0;

        Assert.Equal(3, Retry(stop.Token).Run(() => ++calls < 3 ? throw new TimeoutException("gone") : calls));
    }

    private (string Message, TimeSpan Waited) Fail(Action<TimeSpan> atCall, CancellationToken stop)
    {
        long began = _time.GetTimestamp();
        var given = Assert.Throws<StoreUnavailableException>(() => Retry(stop).Run<int>(() =>
        {
            atCall(_time.GetElapsedTime(began));
            throw new TimeoutException("gone");
        }));
        return (given.Message, _time.GetElapsedTime(began));
    }

    private OutageRetry Retry(CancellationToken stop) => new("r1 on db", Patience, _time, _ => { }, stop);

    private sealed class JumpingClock : FakeTimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            ITimer timer = base.CreateTimer(callback, state, dueTime, period);
            Advance(dueTime);
            return timer;
        }
    }
}
