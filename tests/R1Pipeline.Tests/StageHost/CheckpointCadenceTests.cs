using Microsoft.Extensions.Time.Testing;
using R1Pipeline.Contracts.Options;
using R1Pipeline.StageHost.Steps;

namespace R1Pipeline.Tests.StageHost;

/// <summary>A checkpoint is due by steps or by time, whichever comes first.</summary>
public sealed class CheckpointCadenceTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void IsDue_EnoughSteps_WhateverTheTime()
    {
        CheckpointCadence cadence = Cadence(steps: 5, seconds: 600);

        Assert.False(cadence.IsDue(4));
        Assert.True(cadence.IsDue(5));
        cadence.Taken(5);
        Assert.False(cadence.IsDue(9));
        Assert.True(cadence.IsDue(10));
    }

    [Fact]
    public void IsDue_EnoughTime_AtTheNextStep()
    {
        CheckpointCadence cadence = Cadence(steps: 1000, seconds: 600);
        _time.Advance(TimeSpan.FromSeconds(599));
        Assert.False(cadence.IsDue(1));
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.False(cadence.IsDue(0)); // nothing was done since
        Assert.True(cadence.IsDue(1));
        cadence.Taken(1);
        Assert.False(cadence.IsDue(2));
    }

    [Fact]
    public void IsDue_TimeIsOff_OnlyStepsCount()
    {
        CheckpointCadence cadence = Cadence(steps: 10, seconds: 0);
        _time.Advance(TimeSpan.FromDays(1));

        Assert.False(cadence.IsDue(9));
    }

    private CheckpointCadence Cadence(int steps, int seconds) =>
        new(new ImportModelOptions { Path = "", CheckpointEverySteps = steps, CheckpointEverySeconds = seconds }, step: 0, _time);
}
