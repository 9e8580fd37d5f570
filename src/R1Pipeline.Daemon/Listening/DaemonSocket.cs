using System.Net.Sockets;
using System.Text;
using R1Pipeline.Orchestration;

namespace R1Pipeline.Daemon.Listening;

/// <summary>The file of the Unix socket: what a dead daemon left is taken away, a living one's is not, and the group may connect.</summary>
internal sealed class DaemonSocket(string path)
{
    /// <summary>Bytes that the kernel's address holds, without the closing zero.</summary>
    private const int MaxPathBytes = 107;

    private const UnixFileMode OwnerAndGroup = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    public string Path => path;

    /// <summary>The path, if the kernel can take it.</summary>
    /// <exception cref="RunRefusedException">It is too long; exit code 2.</exception>
    public static string Check(string path)
    {
        int bytes = Encoding.UTF8.GetByteCount(path);
        return bytes <= MaxPathBytes ? path : throw new RunRefusedException(
            $"the socket path {path} has {bytes} bytes, Unix sockets take {MaxPathBytes} at most: name a shorter one with --socket", exitCode: 2);
    }

    /// <summary>Makes the way free.</summary>
    /// <exception cref="RunRefusedException">Another process listens there, or it is no socket; exit code 1.</exception>
    public async Task ClearAsync()
    {
        if (!File.Exists(path)) return;
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await probe.ConnectAsync(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            if (new FileInfo(path).Length > 0) throw Taken("is a file");
            Remove();
            return;
        }
        catch (SocketException e)
        {
            throw Taken($"cannot be used ({e.Message})");
        }
        throw Taken("is the socket of another process");
    }

    /// <summary>Lets the group of the file connect, others not.</summary>
    public void OpenToGroup()
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, OwnerAndGroup);
    }

    /// <summary>Takes it away.</summary>
    public void Remove() => File.Delete(path);

    private RunRefusedException Taken(string why) => new($"{path} {why}: name another one with --socket");
}
