using System.Net.Sockets;
using R1Pipeline.Orchestration;

namespace R1Pipeline.Cli.Access;

/// <summary>Where a daemon listens: <c>unix:PATH</c> or an <c>http://</c> address.</summary>
/// <param name="Text">As the user wrote it.</param>
/// <param name="Base">What requests are addressed to; its host means nothing on a Unix socket.</param>
/// <param name="Socket">The socket; null: an <c>http://</c> address.</param>
internal sealed record ServerAddress(string Text, Uri Base, UnixDomainSocketEndPoint? Socket)
{
    private const string UnixPrefix = "unix:";

    /// <summary>Reads one.</summary>
    /// <exception cref="RunRefusedException">It is none; exit code 2.</exception>
    public static ServerAddress Parse(string text)
    {
        if (text.StartsWith(UnixPrefix, StringComparison.Ordinal) && text.Length > UnixPrefix.Length)
        {
            string path = Path.GetFullPath(text[UnixPrefix.Length..]);
            try
            {
                return new ServerAddress(text, new Uri("http://daemon"), new UnixDomainSocketEndPoint(path));
            }
            catch (ArgumentOutOfRangeException)
            {
                throw new RunRefusedException($"the socket path {path} is longer than the 107 bytes that Unix sockets take", ExitCode.WrongInput);
            }
        }
        if (Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme == Uri.UriSchemeHttp) return new ServerAddress(text, url, Socket: null);
        throw new RunRefusedException($"a server is unix:PATH or http://HOST:PORT, not '{text}'", ExitCode.WrongInput);
    }
}
