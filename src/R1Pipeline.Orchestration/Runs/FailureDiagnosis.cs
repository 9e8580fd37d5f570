using R1Pipeline.Contracts.Stages;
using R1Pipeline.Orchestration.Stores;

namespace R1Pipeline.Orchestration.Runs;

/// <summary>Says why a stage is not tried again, and what to look at: the words of <see cref="FailurePolicy"/>. Pure.</summary>
internal static class FailureDiagnosis
{
    private const int LongestText = 400;

    /// <summary>The same failure after the same step, several times in a row.</summary>
    public static string OfRepetition(IReadOnlyList<AttemptFailure> same) =>
        $"It failed the same way {same.Count} times in a row, {same[0].Failure.Word()} after step {same[0].Step}, so another attempt would too. " +
        $"What the messages have in common: \"{Common([.. same.Select(failure => failure.Message)])}\". Look at {Advice(same[0].Failure, same[0].Step)}";

    /// <summary>The retries of the class are used up.</summary>
    public static string OfSpentRetries(StageFailureClass failure, int failures, int retries) =>
        $"That was failure {failures} of class {failure.Word()}; `retries: {{ {failure.Word()}: {retries} }}` allows no further one.";

    /// <summary>The attempts of the stage are used up.</summary>
    public static string OfSpentAttempts(IReadOnlyList<AttemptFailure> all) =>
        $"{all.Count} attempts failed ({string.Join(", ", all.GroupBy(failure => failure.Failure).Select(group => $"{group.Count()} × {group.Key.Word()}"))}); `max-attempts` allows no further one.";

    /// <summary>What texts begin and end with alike, with … between; the whole text where they are equal.</summary>
    internal static string Common(IReadOnlyList<string> texts)
    {
        string first = texts[0];
        int shortest = texts.Min(text => text.Length);
        int head = 0;
        while (head < shortest && texts.All(text => text[head] == first[head])) head++;
        int tail = 0;
        while (tail < shortest - head && texts.All(text => text[^(tail + 1)] == first[^(tail + 1)])) tail++;
        string common = texts.All(text => text == first) ? first : $"{first[..head]}…{first[^tail..]}";
        return common.Length <= LongestText ? common : common[..LongestText] + "…";
    }

    private static string Advice(StageFailureClass failure, long step) => failure switch
    {
        StageFailureClass.Stalled =>
            "stacks.txt in the folders of the attempts, which shows where the worker stood; if a step merely takes that long, raise `stall-timeout-seconds`.",
        StageFailureClass.LeaseLost => "the load of the machine and of the store's disk: the worker could not reach its owner in time.",
        _ => $"the last lines of stderr.log and log.jsonl in the folders of the attempts (`r1 logs RUN STAGE`), at the rows of step {step + 1}, and at the native libraries (`r1 doctor`).",
    };
}
