using System.Net.Sockets;

namespace R1Pipeline.Tests.Orchestration;

/// <summary>A PostgreSQL server's socket with scissors: passes everything on, and cuts a connection at a commit when it is told to.</summary>
public sealed class CommitCutter : IDisposable
{
    private const int Port = 5433;

    private readonly string _server;
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private volatile Cut? _armed;
    private int _cuts;

    public CommitCutter(string socketFolder)
    {
        _server = Path.Combine(socketFolder, ".s.PGSQL.5432");
        string own = Path.Combine(socketFolder, $".s.PGSQL.{Port}");
        File.Delete(own);
        _listener.Bind(new UnixDomainSocketEndPoint(own));
        _listener.Listen();
        _ = AcceptAsync();
    }

    /// <summary>What of a commit is lost.</summary>
    public enum Loss
    {
        /// <summary>The server never hears of it.</summary>
        Request,

        /// <summary>The server does it, and nobody hears of that.</summary>
        Answer,
    }

    /// <summary>Connections that were cut so far.</summary>
    public int NumCuts => Volatile.Read(ref _cuts);

    /// <summary>The connection string of a database by way of this socket.</summary>
    public string Through(string connectionString) => connectionString.Replace("Port=5432", $"Port={Port}", StringComparison.Ordinal);

    /// <summary>Cuts the connection of the next commit.</summary>
    public void Arm(Loss loss) => _armed = new Cut(loss);

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ServeAsync(await _listener.AcceptAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The end of the test.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using var server = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        using (client)
        {
            await server.ConnectAsync(new UnixDomainSocketEndPoint(_server));
            bool answerIsLost = false;
            Task requests = PumpAsync(client, server, async data =>
            {
                if (_armed is not { } cut || data.Span.IndexOf("COMMIT"u8) < 0) return true;
                _armed = null;
                Interlocked.Increment(ref _cuts);
                answerIsLost = cut.Loss == Loss.Answer;
                if (answerIsLost) await server.SendAsync(data);
                return answerIsLost ? null : false;
            });
            Task answers = PumpAsync(server, client, _ => Task.FromResult<bool?>(!answerIsLost));
            await Task.WhenAny(requests, answers);
        }
    }

    /// <summary>Passes data on as long as <paramref name="look"/> says true; null: it was passed on already; false: this is the end.</summary>
    private static async Task PumpAsync(Socket from, Socket to, Func<ReadOnlyMemory<byte>, Task<bool?>> look)
    {
        byte[] buffer = new byte[1 << 16];
        try
        {
            while (await from.ReceiveAsync(buffer) is > 0 and var length)
            {
                bool? goesOn = await look(buffer.AsMemory(0, length));
                if (goesOn == false) return;
                if (goesOn == true) await to.SendAsync(buffer.AsMemory(0, length));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The other direction ended the connection.
        }
    }

    private sealed record Cut(Loss Loss);
}
