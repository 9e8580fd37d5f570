using R1Pipeline.Orchestration.Runs;

namespace R1Pipeline.Tests.Orchestration;

/// <summary>A wall clock that jumps back an hour while a run computes, and in it the leases of both stores.</summary>
public sealed class ClockJumpTests(PostgresServer server)
{
    [Fact]
    public async Task RunAsync_InSqlite_NoLeaseIsLostOrDoubled()
    {
        var clock = new JumpingClock();
        using var lab = new RunLab { Time = clock };
        await JumpAsync(lab, clock);
    }

    [Fact]
    public async Task RunAsync_InPostgres_NoLeaseIsLostOrDoubled()
    {
        var clock = new JumpingClock();
        using var lab = new RunLab(MigratedDatabase.In(server), TimeSpan.FromMinutes(1)) { Time = clock };
        await JumpAsync(lab, clock);
    }

    private static async Task JumpAsync(RunLab lab, JumpingClock clock)
    {
        var stage = Some.Counting("a", "steps=20,wait-ms=20");
        Task<R1Pipeline.Orchestration.RunOutcome>? second = null;
        var waiting = new RunLab.Watcher();
        var watcher = new RunLab.Watcher
        {
            AtCheckpoint = _ =>
            {
                if (second is not null) return;
                clock.JumpBack(TimeSpan.FromHours(1));
                // The same stage in another run: it must wait for this one, by the new time as by the old.
                second = lab.RunAsync(Some.Pipeline(stage, Some.After("b", "steps=1", "a")), waiting);
            },
        };

        var first = await lab.RunAsync(Some.Pipeline(stage), watcher);
        var other = await second!;

        Assert.Equal((0, 0), (first.ExitCode, other.ExitCode));
        Assert.Equal((AttemptOutcome.Done, 0L), (Assert.Single(first.Run.Stage("a").Attempts).Outcome, first.Run.Stage("a").Attempts[0].ResumedFrom));
        Assert.True(first.Run.Stage("a").WallTime >= TimeSpan.Zero);
        Assert.True(other.Run.Stage("a").Cached);
        Assert.Contains("wait a", waiting.Seen);
        Assert.Equal(Enumerable.Range(1, 20), lab.Reader.Metrics(first.Run.Id).Select(row => (int)row.Metrics.Step));
    }

    private sealed class JumpingClock : TimeProvider
    {
        private long _offsetTicks;

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Volatile.Read(ref _offsetTicks));

        public void JumpBack(TimeSpan time) => Interlocked.Add(ref _offsetTicks, -time.Ticks);
    }
}
