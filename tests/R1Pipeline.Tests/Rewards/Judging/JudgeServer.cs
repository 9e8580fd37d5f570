using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace R1Pipeline.Tests.Rewards.Judging;

/// <summary>A real listener on loopback that speaks OpenAI's chat completions, as well or as badly as a test wants.</summary>
internal sealed class JudgeServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _over = new();
    private readonly Func<JudgeCall, JudgeAnswer> _answer;
    private readonly ConcurrentQueue<JudgeCall> _calls = new();
    private readonly Task _accepting;
    private int _atOnce;
    private int _mostAtOnce;

    public JudgeServer(Func<JudgeCall, JudgeAnswer> answer)
    {
        _answer = answer;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Endpoint => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/v1";

    public IReadOnlyList<JudgeCall> Calls => [.. _calls];

    public int MostAtOnce => _mostAtOnce;

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _accepting;                                       // before the listener stops: one that is not started accepts nothing, and says so in another way
        _listener.Stop();
        _over.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ServeAsync(await _listener.AcceptTcpClientAsync(_over.Token));
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                NetworkStream stream = client.GetStream();
                if (await ReadAsync(stream) is not { } call) return;
                _calls.Enqueue(call);
                int atOnce = Interlocked.Increment(ref _atOnce);
                InterlockedMax(ref _mostAtOnce, atOnce);
                JudgeAnswer answer = _answer(call);
                await Task.Delay(answer.Delay, _over.Token);
                Interlocked.Decrement(ref _atOnce);
                byte[] body = Encoding.UTF8.GetBytes(answer.Body);
                string head = $"HTTP/1.1 {answer.Status} {(HttpStatusCode)answer.Status}\r\nContent-Type: application/json\r\nContent-Length: {body.Length + answer.MissingBytes}\r\nConnection: close\r\n{answer.Header}\r\n";
                await stream.WriteAsync(Encoding.ASCII.GetBytes(head), _over.Token);
                await stream.WriteAsync(body, _over.Token);
                if (answer.MissingBytes > 0) client.Client.Close(0); // a reset, not an end
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
            {
                // The client went away, as a test may want it to.
            }
        }
    }

    private async Task<JudgeCall?> ReadAsync(NetworkStream stream)
    {
        var bytes = new List<byte>();
        byte[] buffer = new byte[8192];
        while (true)
        {
            int count = await stream.ReadAsync(buffer, _over.Token);
            if (count == 0) return null;
            bytes.AddRange(buffer.AsSpan(0, count));
            string text = Encoding.Latin1.GetString([.. bytes]);
            int headEnd = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (headEnd < 0) continue;
            string[] head = text[..headEnd].Split("\r\n");
            string? Header(string name) => head.FirstOrDefault(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))?[(name.Length + 1)..].Trim();
            int length = int.Parse(Header("Content-Length") ?? "0", System.Globalization.CultureInfo.InvariantCulture);
            if (bytes.Count < headEnd + 4 + length) continue;
            using JsonDocument body = JsonDocument.Parse(bytes.GetRange(headEnd + 4, length).ToArray());
            return new JudgeCall(_calls.Count + 1, head[0], Header("Authorization"), body.RootElement.Clone());
        }
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (int seen = most; value > seen; seen = most)
        {
            if (Interlocked.CompareExchange(ref most, value, seen) == seen) return;
        }
    }
}
