using System.Runtime.InteropServices;

namespace R1Pipeline.Orchestration.Nodes;

/// <summary>
/// The compute slots of this machine: one lock file each, shared by all runs and state folders of the user, freed by the kernel when
/// their holder dies. Who waits has a ticket; a free slot goes to the first ticket: higher priority first, then the older run. Nobody loses a slot
/// that it holds unless a request of higher priority was told to ask for it, and then only after a checkpoint.
/// </summary>
public sealed partial class SlotPool(string directory, int slots, TimeProvider time)
{
    private static readonly TimeSpan PollTime = TimeSpan.FromMilliseconds(250);

    private readonly string[] _slots = [.. Enumerable.Range(0, slots).Select(slot => Path.Combine(directory, $"slot-{slot}.lock"))];

    /// <summary>Folder of the locks that all processes of this user share.</summary>
    public static string SharedDirectory => Path.Combine(Path.GetTempPath(), OperatingSystem.IsWindows() ? "r1-slots" : $"r1-slots-{UserId()}");

    /// <summary>Takes a slot, waiting for one.</summary>
    /// <param name="request">Who wants it.</param>
    /// <param name="waiting">Called once when it has to wait.</param>
    /// <param name="stop">Ends the wait.</param>
    public async Task<Slot> TakeAsync(SlotRequest request, Action waiting, CancellationToken stop)
    {
        using var ticket = SlotTicket.Take(Path.Combine(directory, "queue"), request, time.GetUtcNow());
        YieldWish? wish = null;
        try
        {
            for (bool said = false; ; said = true)
            {
                bool first = ticket.IsFirst();
                if (first && TryTakeOne(request) is { } slot) return slot;
                if (!said) waiting();
                // Asked anew every time: the slots may have other holders than at the last look, and this request another turn.
                wish?.Dispose();
                wish = first && request.Preempt ? YieldWish.Ask(_slots, request) : null;
                await Task.Delay(PollTime, time, stop);
            }
        }
        finally
        {
            wish?.Dispose();
        }
    }

    private Slot? TryTakeOne(SlotRequest request) => _slots.Select(path => Slot.TryTake(path, request)).FirstOrDefault(slot => slot is not null);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint UserId();
}
