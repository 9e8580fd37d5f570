namespace R1Pipeline.Orchestration.Nodes;

/// <summary>
/// A compute slot of this machine that an attempt holds: a lock file, and beside it a file that says whose it is, for those who would rather have it.
/// </summary>
public sealed class Slot : IDisposable
{
    private readonly string _path;
    private readonly FileLock _lock;
    private readonly SlotRequest _holder;

    private Slot(string path, FileLock taken, SlotRequest holder) => (_path, _lock, _holder) = (path, taken, holder);

    /// <summary>Whether somebody of higher priority, who was told to, wants this one given away.</summary>
    public bool IsWanted => YieldWish.IsFor(_path, _holder);

    /// <summary>Takes it; null: it is taken.</summary>
    internal static Slot? TryTake(string path, SlotRequest holder)
    {
        if (FileLock.TryTake(path, $"{Environment.ProcessId}\n") is not { } taken) return null;
        File.WriteAllText(HolderOf(path), holder.Text);
        return new Slot(path, taken, holder);
    }

    /// <summary>Who holds it; null: nobody, or it cannot be told now. A holder that has only just taken it may be named wrongly for an instant.</summary>
    internal static SlotRequest? Holder(string path)
    {
        if (!FileLock.IsHeld(path)) return null;
        try
        {
            return SlotRequest.Read(File.ReadAllText(HolderOf(path)));
        }
        catch (IOException)
        {
            return null; // being written
        }
    }

    /// <summary>Frees it.</summary>
    public void Dispose() => _lock.Dispose();

    private static string HolderOf(string path) => Path.ChangeExtension(path, ".holder");
}
