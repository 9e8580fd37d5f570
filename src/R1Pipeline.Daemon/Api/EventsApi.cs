using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using R1Pipeline.Orchestration;
using R1Pipeline.Orchestration.Api;
using R1Pipeline.Orchestration.Status;
using R1Pipeline.Orchestration.Stores;

namespace R1Pipeline.Daemon.Api;

/// <summary>
/// The journal of a run, for those who follow it: <c>?after=N&amp;wait=SECONDS</c> answers with what came after event N as soon as there is something, or
/// with nothing once the time is over. A client that lost its server asks again with the last number it saw.
/// </summary>
internal sealed class EventsApi(IRunStore store, RunReader reader, IHostApplicationLifetime application, TimeProvider time)
{
    private const int MaxEvents = 500, MaxWaitSeconds = 60;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    public void Map(IEndpointRouteBuilder routes) => routes.MapGet(ApiRoutes.Events, AnswerAsync);

    private async Task AnswerAsync(HttpContext http)
    {
        string run = reader.Status(RunsApi.RunOf(http)).Run;
        long after = Number(http, "after");
        var wait = TimeSpan.FromSeconds(Math.Min(MaxWaitSeconds, Number(http, "wait")));
        using var over = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, application.ApplicationStopping);
        long begin = time.GetTimestamp();
        IReadOnlyList<RunEventRow> events;
        while ((events = store.Events(run, after)).Count == 0 && time.GetElapsedTime(begin) < wait)
        {
            try
            {
                await Task.Delay(Interval, time, over.Token);
            }
            catch (OperationCanceledException)
            {
                break; // the server stops, or the client has gone: answered with nothing
            }
        }
        await http.Response.WriteAsJsonAsync(events.Take(MaxEvents), StatusJson.Options, http.RequestAborted);
    }

    private static long Number(HttpContext http, string name) => http.Request.Query[name] is not [{ Length: > 0 } text] ? 0
        : long.TryParse(text, out long number) && number >= 0 ? number
        : throw new RunRefusedException($"{name} takes a number from 0, not '{text}'", exitCode: 2);
}
