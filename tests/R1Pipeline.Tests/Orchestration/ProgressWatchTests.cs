using Microsoft.Extensions.Time.Testing;
using R1Pipeline.Orchestration.Workers;

namespace R1Pipeline.Tests.Orchestration;

public sealed class ProgressWatchTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly ProgressWatch _watch;

    public ProgressWatchTests() => _watch = new ProgressWatch(_time, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(100));

    [Fact]
    public void Problem_ProgressMoves_Null() => Assert.Null(After(seconds: 500, i => Beat(i)));

    [Fact]
    public void Problem_HeartbeatsWithoutProgress_StalledAfterTheTimeout()
    {
        Assert.Null(After(99, _ => Beat(7)));
        Assert.Equal("alive but without progress for 100 s", After(3, _ => Beat(7)));
    }

    [Fact]
    public void Problem_NoHeartbeats_SilentAfterTheLease()
    {
        After(1, _ => Beat(1));
        Assert.Null(After(29, _ => { }));
        Assert.Equal("no sign of life for 30 s", After(3, _ => { }));
    }

    [Fact]
    public void Problem_NotYetHeardOf_HasLongerToStart()
    {
        Assert.Null(After(119, _ => { }));
        Assert.Equal("no sign of life for 120 s", After(3, _ => { }));
    }

    [Fact]
    public void Problem_WhileTheOwnerDidNotListen_StartsAnew()
    {
        After(1, _ => Beat(7));
        Assert.Null(After(200, _ => _watch.Excuse()));
        Assert.Null(After(29, _ => { }));
        Assert.Equal("no sign of life for 30 s", After(3, _ => { }));
    }

    [Fact]
    public void Problem_WhenTheOwnerItselfWasStopped_StartsAnew()
    {
        After(1, _ => Beat(1));
        _time.Advance(TimeSpan.FromHours(8));

        Assert.Null(_watch.Problem());
        Assert.Null(After(29, _ => { }));
    }

    private string? After(int seconds, Action<int> eachSecond)
    {
        string? problem = null;
        for (int i = 0; i < seconds; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            eachSecond(i);
            problem = _watch.Problem();
        }
        return problem;
    }

    private void Beat(long progress) => _watch.Heard(Some.Heartbeat() with { ProgressCount = progress });
}
