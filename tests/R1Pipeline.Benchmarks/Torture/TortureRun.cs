using System.Text.Json;
using R1Pipeline.Contracts.Randomness;

namespace R1Pipeline.Benchmarks.Torture;

/// <summary>
/// One run in a state folder of its own, killed again and again until it is done, and then compared with the facts of one that never was. The command is the
/// same in every life.
/// </summary>
/// <param name="r1">The command in the state folder.</param>
/// <param name="pipeline">Name of the pipeline, to find the run by.</param>
/// <param name="command">The command that starts the run and goes on with it.</param>
/// <param name="expected">The undisturbed run.</param>
internal sealed class TortureRun(R1Command r1, string pipeline, string[] command, RunFacts expected)
{
    private const int Killed = 137;
    private const int MostLives = 1000;

    // Pauses between attempts would be most of the time.
    private const string NoPauses = "retry-ms=0";

    /// <summary>One life of the orchestrator, in which the workers are killed at every point of the plans.</summary>
    public async Task<TortureOutcome> KillWorkersAsync(IReadOnlyList<IReadOnlyList<KillPoint>> plans)
    {
        string faults = string.Join(',', plans.SelectMany(plan => plan.Select((point, i) => $"{point.Stage}:{i + 1}:kill@{point.Where}")).Append(NoPauses));
        await r1.SucceedAsync(faults, command);
        RunFacts facts = await FactsAsync();
        return new TortureOutcome(
            [.. Strike.ReadAll(r1.State).Select(strike => (strike.Stage, strike.Process))],
            [.. facts.DifferencesTo(expected), .. plans.SelectMany(plan => Account(plan, facts))]);
    }

    /// <summary>Lives that end around a write of the orchestrator: the first numbers drawn from the seed, until the run is done.</summary>
    public async Task<TortureOutcome> KillOwnersAsync(long seed, int fewest, int most)
    {
        var random = new RandomStream(seed, pipeline, 0, "owner-kills");
        int kills = 0;
        while (await LiveAsync($"owner-kill@{(random.NextInt(2) == 0 ? "write" : "written")}={fewest + random.NextInt(most - fewest + 1)}")) kills++;
        return await EndAsync(kills);
    }

    /// <summary>A life that ends around one write of the orchestrator, and one that goes on to the end. Null: the run has fewer writes.</summary>
    public async Task<TortureOutcome?> KillOwnerOnceAsync(string point, int number)
    {
        if (!await LiveAsync($"owner-kill@{point}={number}")) return null;
        await r1.SucceedAsync(NoPauses, command);
        return await EndAsync(ownerKills: 1);
    }

    /// <summary>
    /// Lives that end with the whole process tree, or with the orchestrator alone, at moments drawn from the seed: so many in each stage, at any of the tokens or
    /// rows that it counts. A moment that a stage has passed already when its turn comes is lost.
    /// </summary>
    /// <param name="moments">How many, by stage.</param>
    /// <param name="counted">What each stage counts in all.</param>
    /// <param name="seed">Draws the moments.</param>
    /// <param name="number">Another number, other moments.</param>
    public async Task<TortureOutcome> KillTreesAsync(IReadOnlyDictionary<string, int> moments, IReadOnlyDictionary<string, long> counted, long seed, long number)
    {
        while (true)
        {
            ILookup<string, Strike> struck = Strike.ReadAll(r1.State).ToLookup(strike => strike.Stage);
            string[] faults = [.. moments.Where(stage => struck[stage.Key].Count() < stage.Value).Select(stage => Moment(stage.Key, counted[stage.Key] / stage.Value, new RandomStream(seed, stage.Key, _lives, "moments", number)))];
            if (!await LiveAsync([.. faults])) return await EndAsync(ownerKills: 0);
        }
    }

    private static string Moment(string stage, long most, RandomStream random) =>
        $"{stage}:*:{(random.NextInt(3) == 0 ? "kill-owner" : "kill-tree")}@progress={1 + random.NextInt((int)Math.Min(int.MaxValue, most))}";

    private int _lives;

    /// <summary>Starts the run or goes on with it. False: it ended by itself, and well.</summary>
    private async Task<bool> LiveAsync(params string[] faults)
    {
        if (++_lives > MostLives) throw new InvalidOperationException($"{MostLives} lives and no end: the run in {r1.State} does not get on");
        (int code, string output) = await r1.RunAsync(string.Join(',', faults.Append(NoPauses)), command);
        return code switch
        {
            Killed => true,
            0 => false,
            _ => throw new InvalidOperationException($"r1 {string.Join(' ', command)} ended with {code}:\n{output}"),
        };
    }

    private async Task<TortureOutcome> EndAsync(int ownerKills)
    {
        RunFacts facts = await FactsAsync();
        return new TortureOutcome(
            [.. Strike.ReadAll(r1.State).Select(strike => (strike.Stage, strike.Process)), .. Enumerable.Repeat((TortureOutcome.BetweenWrites, Processes.Owner), ownerKills)],
            [.. facts.DifferencesTo(expected), .. facts.Stages.SelectMany(Account)]);
    }

    /// <summary>A kill after the run was done makes the next life a run of cached stages: the one that was killed is the oldest.</summary>
    private async Task<RunFacts> FactsAsync() => await RunFacts.ReadAsync(r1, await r1.OldestRunAsync(pipeline));

    /// <summary>In what status says something else of a stage than what was planned and seen.</summary>
    private static IEnumerable<string> Account(IReadOnlyList<KillPoint> plan, RunFacts facts)
    {
        string name = plan[0].Stage;
        JsonElement stage = facts.Stages.Single(stage => stage.GetProperty("name").GetString() == name);
        long[] resumed = ResumedFrom(stage), kept = [.. plan.Select(point => point.Kept)];
        if (!resumed.SequenceEqual(kept)) yield return $"{name}: resumed_from is {string.Join(' ', resumed)}, expected {string.Join(' ', kept)}";
        // A worker that dies while its checkpoint is written has gone on meanwhile, by a step at most.
        long planned = stage.GetProperty("steps_planned").GetInt64(), most = planned + plan.Sum(point => point.Step - point.Kept + 1);
        long executed = stage.GetProperty("steps_executed").GetInt64();
        if (executed < planned || executed > most) yield return $"{name}: steps_executed is {executed}, expected {planned} to {most}";
    }

    private static IEnumerable<string> Account(JsonElement stage)
    {
        if (stage.GetProperty("cached").GetBoolean()) yield break;
        string name = stage.GetProperty("name").GetString()!;
        long[] resumed = ResumedFrom(stage);
        int attempts = stage.GetProperty("attempts").GetInt32();
        if (resumed.Length != attempts - 1) yield return $"{name}: {attempts} attempts, but resumed_from is {string.Join(' ', resumed)}";
        if (stage.GetProperty("steps_executed").GetInt64() < stage.GetProperty("steps_planned").GetInt64()) yield return $"{name}: fewer steps executed than planned";
    }

    private static long[] ResumedFrom(JsonElement stage) => [.. stage.GetProperty("resumed_from").EnumerateArray().Select(step => step.GetInt64())];
}
