using Microsoft.Extensions.Time.Testing;
using R1Pipeline.StageHost.Channel;

namespace R1Pipeline.Tests.StageHost;

/// <summary>The worker never believes in its lease longer than the owner can.</summary>
public sealed class LeaseClockTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void RenewFrom_CountsFromTheSendingNotFromTheAnswer()
    {
        var lease = new LeaseClock(TimeSpan.FromSeconds(10), _time);
        long sent = lease.Now;
        _time.Advance(TimeSpan.FromSeconds(9));

        lease.RenewFrom(sent);

        Assert.Equal(TimeSpan.FromSeconds(1), lease.Remaining);
    }

    [Fact]
    public void IsLost_OnceRunOut_StaysSoWhateverIsAnsweredLate()
    {
        var lease = new LeaseClock(TimeSpan.FromSeconds(10), _time);
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.True(lease.IsLost);

        lease.RenewFrom(lease.Now);

        Assert.True(lease.IsLost);
        Assert.Equal(TimeSpan.Zero, lease.Remaining);
    }

    [Fact]
    public void IsLost_RunOutWhileNobodyLooked_IsFoundByTheAnswerToo()
    {
        var lease = new LeaseClock(TimeSpan.FromSeconds(10), _time);
        _time.Advance(TimeSpan.FromSeconds(11));

        lease.RenewFrom(lease.Now);

        Assert.True(lease.IsLost);
    }

    [Fact]
    public void RenewFrom_InTime_GivesAWholeLifetime()
    {
        var lease = new LeaseClock(TimeSpan.FromSeconds(10), _time);
        _time.Advance(TimeSpan.FromSeconds(9));
        lease.RenewFrom(lease.Now);
        _time.Advance(TimeSpan.FromSeconds(9));

        Assert.False(lease.IsLost);
    }
}
