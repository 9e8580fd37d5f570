namespace R1Pipeline.Rewards.Sandboxing;

/// <summary>A program to be confined.</summary>
/// <param name="Command">Program and arguments; <c>{in}</c> and <c>{out}</c> stand for the folders as the program sees them.</param>
/// <param name="Input">Folder that it may read.</param>
/// <param name="Output">Folder that it may write; null: none.</param>
/// <param name="Visible">Further folders that it may read, by the same path.</param>
/// <param name="Environment">Its whole environment beside PATH, HOME, LANG and TMPDIR, <c>K=V</c>.</param>
/// <param name="ProcessorSeconds">Processor time of each process, s.</param>
/// <param name="Patience">When it is ended.</param>
/// <param name="MemoryBytes">Memory of all its processes together.</param>
/// <param name="AddressSpace">Whether each process's address space is bounded too; false for runtimes that reserve more than they use.</param>
/// <param name="OutputBytes">What it may write to its two streams together.</param>
public sealed record SandboxOrder(
    IReadOnlyList<string> Command,
    string Input,
    string? Output,
    IReadOnlyList<string> Visible,
    IReadOnlyList<string> Environment,
    int ProcessorSeconds,
    TimeSpan Patience,
    long MemoryBytes,
    bool AddressSpace,
    long OutputBytes);
