using System.Text.Json;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Training.Optimization;
using R1Pipeline.Training.Tests.Runtime;

namespace R1Pipeline.Training.Tests.Optimization;

/// <summary>Schedules against transformers'.</summary>
public sealed class LearningRateTests
{
    [Fact]
    public void At_FixtureSchedules_MatchEveryUpdate()
    {
        using JsonDocument schedules = JsonDocument.Parse(File.ReadAllText(SharedFixtures.Path("optim", "schedules.json")));
        foreach (JsonElement expected in schedules.RootElement.EnumerateArray())
        {
            string name = expected.GetProperty("schedule").GetString()!;
            double peak = expected.GetProperty("peak_lr").GetDouble();
            var options = new SupervisedFineTuningOptions
            {
                LearningRate = peak,
                EndLearningRate = name.Contains("min", StringComparison.Ordinal) ? 0.1 * peak : 0,
                WarmupSteps = expected.GetProperty("warmup_steps").GetInt32(),
                Schedule = name.StartsWith("cosine", StringComparison.Ordinal) ? LearningRateSchedule.Cosine
                    : name.StartsWith("linear", StringComparison.Ordinal) ? LearningRateSchedule.Linear : LearningRateSchedule.Constant,
            };
            long total = expected.GetProperty("total_steps").GetInt64();
            JsonElement rates = expected.GetProperty("lr_at_step");
            for (int k = 0; k < rates.GetArrayLength(); k++)
                Assert.True(Math.Abs(rates[k].GetDouble() - LearningRate.At(options, k, total)) <= 1e-6 * peak, $"{name}, update {k}");
        }
    }

    [Fact]
    public void At_EndLearningRate_IsReachedAtTheEnd()
    {
        var options = new SupervisedFineTuningOptions { LearningRate = 1e-3, EndLearningRate = 3e-4, WarmupSteps = 10 };
        Assert.Equal(0, LearningRate.At(options, 0, 100));
        Assert.Equal(5e-4, LearningRate.At(options, 5, 100), 1e-12);
        Assert.Equal(1e-3, LearningRate.At(options, 10, 100), 1e-12);
        Assert.Equal(6.5e-4, LearningRate.At(options, 55, 100), 1e-12);
        Assert.Equal(3e-4, LearningRate.At(options, 100, 100), 1e-12);
    }
}
