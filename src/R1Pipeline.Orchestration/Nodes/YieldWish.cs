using System.Globalization;

namespace R1Pipeline.Orchestration.Nodes;

/// <summary>
/// A wish that the holder of a slot checkpoints and gives it away: a lock file beside the slot's with the priority in its name, so that the wish ends with
/// the process that has it. Only a holder of lower priority is asked, and only such a one listens.
/// </summary>
internal sealed class YieldWish : IDisposable
{
    private readonly FileLock _lock;

    private YieldWish(FileLock taken) => _lock = taken;

    /// <summary>Asks the holder of the lowest priority, and of those the youngest run, unless somebody asks it already; null: nobody to be asked.</summary>
    public static YieldWish? Ask(IEnumerable<string> slots, SlotRequest request)
    {
        string? asked = slots.Select(slot => (Slot: slot, Holder: Slot.Holder(slot)))
            .Where(slot => slot.Holder?.Priority < request.Priority)
            .OrderBy(slot => slot.Holder!.Priority).ThenByDescending(slot => slot.Holder!.Since)
            .FirstOrDefault().Slot;
        if (asked is null) return null;
        string path = $"{Prefix(asked)}{request.Priority.ToString(CultureInfo.InvariantCulture)}";
        return FileLock.TryTake(path) is { } taken ? new YieldWish(taken) : null;
    }

    /// <summary>Whether a living process of higher priority than the holder's wishes to have the slot.</summary>
    public static bool IsFor(string slot, SlotRequest holder) => Directory.EnumerateFiles(Path.GetDirectoryName(slot)!, $"{Path.GetFileName(Prefix(slot))}*")
        .Any(wish => int.Parse(wish[Prefix(slot).Length..], CultureInfo.InvariantCulture) > holder.Priority && FileLock.IsHeld(wish));

    /// <summary>Takes the wish back.</summary>
    public void Dispose() => _lock.Dispose();

    private static string Prefix(string slot) => Path.ChangeExtension(slot, ".wish-");
}
