using System.Net;
using R1Pipeline.Orchestration;

namespace R1Pipeline.Daemon.Listening;

/// <summary>An address that only this machine can reach. Whoever reaches the daemon may start processes as its user, and it asks nobody for a name yet.</summary>
internal static class LoopbackUrl
{
    /// <summary>Reads one.</summary>
    /// <exception cref="RunRefusedException">It is none; exit code 2.</exception>
    public static Uri Parse(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? url) || url.Scheme != Uri.UriSchemeHttp || url.PathAndQuery != "/")
        {
            throw new RunRefusedException($"--urls takes addresses like http://127.0.0.1:8080, not '{text}'", exitCode: 2);
        }
        bool loopback = IPAddress.TryParse(url.DnsSafeHost, out IPAddress? address) ? IPAddress.IsLoopback(address) : url.Host == "localhost";
        return loopback ? url : throw new RunRefusedException(
            $"--urls {text} can be reached from other machines, and the daemon cannot tell who asks: it listens on loopback addresses only (127.0.0.1, [::1], localhost)", exitCode: 2);
    }
}
