using System.Globalization;

namespace R1Pipeline.Orchestration.Stores;

/// <summary>
/// Where the owner of runs kills itself, for tests: environment variable <c>R1_FAULT</c> with <c>owner-kill@write=N</c> (SIGKILL just before the
/// commit of its Nth store write) or <c>owner-kill@written=N</c> (just after it). The variable's other faults are the worker's.
/// </summary>
/// <param name="Write">Number of the write, from 1.</param>
/// <param name="After">Whether it is committed first.</param>
internal sealed record OwnerKillPoint(long Write, bool After)
{
    /// <summary>Name of the environment variable.</summary>
    public const string Variable = "R1_FAULT";

    private const string BeforeCommit = "owner-kill@write";
    private const string AfterCommit = "owner-kill@written";

    /// <summary>The kill point that the variable's value names; null: none.</summary>
    public static OwnerKillPoint? Of(string? faults) => (faults ?? "")
        .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Select(fault => fault.Split('='))
        .Where(fault => fault is [BeforeCommit or AfterCommit, _])
        .Select(fault => new OwnerKillPoint(long.Parse(fault[1], CultureInfo.InvariantCulture), fault[0] == AfterCommit))
        .FirstOrDefault();
}
