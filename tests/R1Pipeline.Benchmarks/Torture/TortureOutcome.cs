namespace R1Pipeline.Benchmarks.Torture;

/// <summary>What a tortured run went through and what became of it.</summary>
/// <param name="Kills">Kills by stage and process; those between two writes of the store name no stage.</param>
/// <param name="Problems">Everything in which it is not what an undisturbed run is; empty: nothing.</param>
internal sealed record TortureOutcome(IReadOnlyList<(string Stage, string Process)> Kills, IReadOnlyList<string> Problems)
{
    /// <summary>The "stage" of kills between two writes.</summary>
    public const string BetweenWrites = "between two writes";

    /// <summary>Several runs as one.</summary>
    public static TortureOutcome Sum(IEnumerable<TortureOutcome> outcomes)
    {
        TortureOutcome[] all = [.. outcomes];
        return new TortureOutcome([.. all.SelectMany(outcome => outcome.Kills)], [.. all.SelectMany(outcome => outcome.Problems)]);
    }
}
