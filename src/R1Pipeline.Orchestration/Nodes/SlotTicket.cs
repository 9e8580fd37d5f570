using System.Globalization;

namespace R1Pipeline.Orchestration.Nodes;

/// <summary>
/// A place in the queue for the slots of this machine: a file whose name sorts by turn and whose lock the kernel frees when its process dies. It gets its
/// name only once it is locked, so that a ticket without a lock is always that of a dead process, and whoever meets one drops it. A process that was
/// stopped (SIGSTOP) keeps its place and holds nobody up.
/// </summary>
internal sealed class SlotTicket : IDisposable
{
    private readonly string _path;
    private readonly FileLock _lock;

    private SlotTicket(string path, FileLock taken) => (_path, _lock) = (path, taken);

    /// <summary>Queues up.</summary>
    /// <param name="queue">Folder of the tickets.</param>
    /// <param name="request">Who queues.</param>
    /// <param name="now">When: of one run's stages the first to ask comes first.</param>
    public static SlotTicket Take(string queue, SlotRequest request, DateTimeOffset now)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"{request.Turn}-{now.UtcTicks:D19}-{Environment.ProcessId}-{Guid.NewGuid():N}");
        string temporary = Path.Combine(queue, $".{name}"), path = Path.Combine(queue, name);
        var taken = FileLock.TryTake(temporary) ?? throw new IOException($"{temporary} is locked although nobody can know it");
        File.Move(temporary, path);
        return new SlotTicket(path, taken);
    }

    /// <summary>Whether nobody is before this ticket who could take a slot now.</summary>
    public bool IsFirst() => Directory.EnumerateFiles(Path.GetDirectoryName(_path)!)
        .Where(other => !Path.GetFileName(other).StartsWith('.') && string.CompareOrdinal(Path.GetFileName(other), Path.GetFileName(_path)) < 0)
        .All(other => !Waits(other));

    /// <summary>Leaves the queue.</summary>
    public void Dispose()
    {
        File.Delete(_path);
        _lock.Dispose();
    }

    private static bool Waits(string ticket)
    {
        if (FileLock.IsHeld(ticket)) return !ProcessStates.IsStopped(ProcessOf(ticket));
        File.Delete(ticket);
        return false;
    }

    private static int ProcessOf(string ticket) => int.TryParse(Path.GetFileName(ticket).Split('-') is [_, _, _, var process, _] ? process : "", out int id) ? id : 0;
}
