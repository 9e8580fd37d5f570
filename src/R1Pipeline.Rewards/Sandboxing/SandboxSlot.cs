namespace R1Pipeline.Rewards.Sandboxing;

/// <summary>A user id that no other sandbox of this machine uses at the time; freed by the kernel when its holder dies. Only root has such ids to give.</summary>
internal sealed class SandboxSlot : IDisposable
{
    private const uint First = 61000;
    private const int Count = 180;
    private static uint _turn = (uint)Environment.ProcessId;
    private readonly FileStream _held;

    private SandboxSlot(uint user, FileStream held) => (User, _held) = (user, held);

    public uint User { get; }

    /// <exception cref="IOException">All are taken.</exception>
    public static SandboxSlot Take()
    {
        // User ids are the machine's, whatever temporary folder this process has been given.
        const string folder = "/tmp/r1-sandbox-slots";
        if (!OperatingSystem.IsWindows()) Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        // In turn: until the kernel has let go of the killed processes of a user, they count against the next one's limit.
        for (int i = 0; i < Count; i++)
        {
            uint user = First + Interlocked.Increment(ref _turn) % Count;
            try
            {
                return new SandboxSlot(user, new FileStream(Path.Combine(folder, $"{user}"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1));
            }
            catch (IOException)
            {
                // Another sandbox holds this one; the next may be free.
            }
        }
        throw new IOException($"all {Count} sandbox users are taken");
    }

    public void Dispose() => _held.Dispose();
}
