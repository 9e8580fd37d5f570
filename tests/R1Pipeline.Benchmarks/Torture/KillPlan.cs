using R1Pipeline.Contracts.Randomness;

namespace R1Pipeline.Benchmarks.Torture;

/// <summary>
/// Kill points of one stage in the order of its attempts, drawn from a seed among all that the stage has: inside a step, after it, while its rollouts or its
/// checkpoint lie on disk and nobody knows, once the owner knows, and before the output is reported. A checkpoint is written after every step, and every
/// attempt comes at least one step further than the last, so that one command goes through all of them.
/// </summary>
internal static class KillPlan
{
    private const string Committed = "committed-checkpoint";

    /// <summary>One kill in each of the given steps (ascending), and one between the output's commit and its report.</summary>
    public static IReadOnlyList<KillPoint> Of(StageShape shape, long seed, IEnumerable<long> steps)
    {
        var random = new RandomStream(seed, shape.Name, 0, "torture");
        var points = new List<KillPoint>();
        long kept = 0;
        foreach (long step in steps)
        {
            string[] choices = [.. Choices(shape, kept, step, seed)];
            string where = choices[random.NextInt(choices.Length)];
            long next = where.StartsWith(Committed, StringComparison.Ordinal) ? step : step - 1;
            points.Add(new KillPoint(shape.Name, step, kept, where, next));
            kept = next;
        }
        points.Add(new KillPoint(shape.Name, shape.Steps, kept, "artifact=1", shape.Steps));
        return points;
    }

    private static IEnumerable<string> Choices(StageShape shape, long resumed, long step, long seed)
    {
        double share = new RandomStream(seed, shape.Name, step, "progress").NextDouble();
        long nth = step - resumed;
        yield return $"step={step}";
        yield return $"checkpoint={nth}";
        yield return $"{Committed}={nth}";
        // Progress of a phase is counted from the attempt's start: only in its first step is it known where that falls.
        if (nth == 1) yield return $"progress-in-{shape.WorkPhase}={(shape.WorkPhase == "sampling" ? 1 + (int)(100 * share) : 1)}";
        if (!shape.Explores(step)) yield break;

        long shards = 0;
        for (long before = resumed + 1; before <= step; before++) shards += shape.Explores(before) ? 1 : 0;
        yield return $"rollouts={shards}";
        yield return $"committed-rollouts={shards}";
        if (shards > 1) yield break;
        yield return $"progress-in-rollouts={1 + (int)(250 * share)}";
        yield return "progress-in-reference=1";
    }
}
