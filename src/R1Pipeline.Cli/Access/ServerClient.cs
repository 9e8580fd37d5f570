using System.Net.Http.Json;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.Json;
using R1Pipeline.Orchestration;
using R1Pipeline.Orchestration.Api;
using R1Pipeline.Orchestration.Status;

namespace R1Pipeline.Cli.Access;

/// <summary>HTTP to a daemon. Every refusal of the server, and its absence, become a <see cref="RunRefusedException"/>; nothing is retried unless asked for.</summary>
internal sealed class ServerClient : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly ServerAddress _address;
    private readonly Action<string> _say;
    private readonly HttpClient _http;

    public ServerClient(ServerAddress address, Action<string> say)
    {
        _address = address;
        _say = say;
        var handler = new SocketsHttpHandler { UseProxy = false };
        if (address.Socket is { } endPoint) handler.ConnectCallback = (_, stop) => ConnectAsync(endPoint, stop);
        _http = new HttpClient(handler) { BaseAddress = address.Base, Timeout = Timeout.InfiniteTimeSpan };
    }

    public Task<T> GetAsync<T>(string path, CancellationToken stop) => AskAsync<T>(() => new HttpRequestMessage(HttpMethod.Get, path), stop);

    public Task<T> PostAsync<T>(string path, object? body, CancellationToken stop) => AskAsync<T>(
        () => new HttpRequestMessage(HttpMethod.Post, path) { Content = body is null ? null : JsonContent.Create(body, body.GetType(), options: StatusJson.Options) }, stop);

    /// <summary>As <see cref="GetAsync"/>, but a server that is away gets some minutes to come back.</summary>
    public async Task<T> GetPatientlyAsync<T>(string path, CancellationToken stop)
    {
        long begin = TimeProvider.System.GetTimestamp();
        bool said = false;
        while (true)
        {
            try
            {
                return await GetAsync<T>(path, stop);
            }
            catch (RunRefusedException away) when (away.InnerException is HttpRequestException && TimeProvider.System.GetElapsedTime(begin) < Patience)
            {
                if (!said) _say($"{away.Message}; waiting for it");
                said = true;
                await Task.Delay(Pause, TimeProvider.System, stop);
            }
        }
    }

    /// <summary>The lines of a JSON Lines answer, as they come.</summary>
    public async IAsyncEnumerable<T> GetLinesAsync<T>(string path, [EnumeratorCancellation] CancellationToken stop)
    {
        using HttpResponseMessage answer = await SendAsync(new HttpRequestMessage(HttpMethod.Get, path), stop);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(stop));
        while (await reader.ReadLineAsync(stop) is { } line) yield return JsonSerializer.Deserialize<T>(line, StatusJson.Options)!;
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<T> AskAsync<T>(Func<HttpRequestMessage> request, CancellationToken stop)
    {
        using HttpResponseMessage answer = await SendAsync(request(), stop);
        try
        {
            return (await answer.Content.ReadFromJsonAsync<T>(StatusJson.Options, stop))!;
        }
        catch (HttpRequestException error)
        {
            throw Away(error);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken stop)
    {
        HttpResponseMessage answer;
        try
        {
            answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
        }
        catch (HttpRequestException error)
        {
            throw Away(error);
        }
        if (answer.IsSuccessStatusCode) return answer;
        using (answer) throw await RefusalAsync(answer, stop);
    }

    private RunRefusedException Away(HttpRequestException error) => new(
        $"no daemon answers at {_address.Text} ({error.InnerException?.Message ?? error.Message}); r1 daemon starts one", ExitCode.EnvironmentLacks, error);

    private async Task<RunRefusedException> RefusalAsync(HttpResponseMessage answer, CancellationToken stop)
    {
        try
        {
            if (await answer.Content.ReadFromJsonAsync<ApiRefusal>(StatusJson.Options, stop) is { Error: not null } refusal) return new RunRefusedException(refusal.Error, refusal.ExitCode);
        }
        catch (JsonException)
        {
            // Not our server: said below.
        }
        return new RunRefusedException($"{_address.Text} answered {(int)answer.StatusCode} {answer.ReasonPhrase}: is it a daemon of r1?", ExitCode.EnvironmentLacks);
    }

    private static async ValueTask<Stream> ConnectAsync(UnixDomainSocketEndPoint endPoint, CancellationToken stop)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(endPoint, stop);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
