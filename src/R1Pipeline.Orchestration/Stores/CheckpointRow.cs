namespace R1Pipeline.Orchestration.Stores;

/// <summary>A checkpoint's row. The row is the commit: a folder without one is waste.</summary>
/// <param name="Stage">Stage name.</param>
/// <param name="Step">Steps done when it was made.</param>
/// <param name="Token">Fencing token of the attempt that made it.</param>
/// <param name="State"><c>committed</c>, or <c>superseded</c> once it may be dropped.</param>
/// <param name="Folder">Its folder, relative to the state folder.</param>
/// <param name="Sha256">Hex SHA-256 of its manifest.</param>
/// <param name="Bytes">Size.</param>
public sealed record CheckpointRow(string Stage, long Step, long Token, string State, string Folder, string Sha256, long Bytes)
{
    /// <summary>State of a checkpoint that can be resumed from.</summary>
    public const string Committed = "committed";

    /// <summary>State of a checkpoint that a newer one replaced.</summary>
    public const string Superseded = "superseded";
}
