namespace R1Pipeline.Training.Model;

/// <summary>Rows of a projection that an adapter adds to.</summary>
/// <param name="FirstRow">The first.</param>
/// <param name="Rows">How many.</param>
internal sealed record LoraRange(long FirstRow, long Rows);
