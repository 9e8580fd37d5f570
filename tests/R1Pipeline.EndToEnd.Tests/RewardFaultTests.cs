using System.Text.Json;
using R1Pipeline.Benchmarks.Torture;
using R1Pipeline.EndToEnd.Tests.Harness;

namespace R1Pipeline.EndToEnd.Tests;

/// <summary>Rules that really crash, in a real run: the outputs that they crash at are set aside and counted, and the others are rewarded as ever.</summary>
[Collection(OneMinuteCollection.Name)]
public sealed class RewardFaultTests(OneMinute chain) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_RulesCrashAtSomeOutputs_TrainsOnTheOthersAndCountsThem()
    {
        string file = _folder.Write("beginning.yaml", TorturePipelines.Beginning("beginning", numStages: 2));
        R1 r1 = new(chain.FromBase("reward-fault").State) { RewardFault = "crash:<answer> 1" };

        await r1.SucceedAsync("run", file);

        JsonElement stage = await r1.StageAsync("zero");
        Assert.Equal(("done", 1), (stage.GetProperty("state").GetString(), stage.GetProperty("attempts").GetInt32()));
        IReadOnlyList<JsonElement> expected = await FirstIterationAsync(chain.Undisturbed), found = await FirstIterationAsync(r1);
        int crashed = 0;
        foreach ((JsonElement undisturbed, JsonElement rollout) in expected.Zip(found))
        {
            if (rollout.GetProperty("errors").ValueKind == JsonValueKind.Null)
            {
                Assert.Equal(undisturbed.GetRawText(), rollout.GetRawText());
                continue;
            }

            crashed++;
            Assert.Equal("the process of the rules crashed", rollout.GetProperty("errors").GetProperty("rules").GetString());
            Assert.Equal((JsonValueKind.Null, undisturbed.GetProperty("output_ids").GetRawText()), (rollout.GetProperty("total").ValueKind, rollout.GetProperty("output_ids").GetRawText()));
        }

        Assert.InRange(crashed, 1, expected.Count - 1);
        Assert.Equal(crashed, (await r1.JsonAsync("metrics", await r1.NewestRunAsync(), "--stage", "zero"))[0].GetProperty("reward_errors").GetDouble());
    }

    /// <summary>What was drawn from the base: before the first update nothing differs but the rewards.</summary>
    private static async Task<IReadOnlyList<JsonElement>> FirstIterationAsync(R1 r1) => await r1.JsonAsync("rollouts", await r1.NewestRunAsync(), "--stage", "zero", "--step", "1");
}
