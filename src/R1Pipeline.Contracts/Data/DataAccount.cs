namespace R1Pipeline.Contracts.Data;

/// <summary>What became of a source's rows in one stage: <c>Read = Used + NotDrawn + sum(Refused)</c>.</summary>
/// <param name="Source">Source or stage name.</param>
/// <param name="Read">Rows read.</param>
/// <param name="Used">Distinct rows that trained, were sampled or were measured.</param>
/// <param name="NotDrawn">Rows that were fit but that the plan did not reach.</param>
/// <param name="Refused">Rows that could not be used, by reason.</param>
public sealed record DataAccount(string Source, long Read, long Used, long NotDrawn, IReadOnlyDictionary<string, long> Refused);
