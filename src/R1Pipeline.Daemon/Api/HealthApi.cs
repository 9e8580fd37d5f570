using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using R1Pipeline.Daemon.Queue;
using R1Pipeline.Orchestration;
using R1Pipeline.Orchestration.Api;
using R1Pipeline.Orchestration.Status;

namespace R1Pipeline.Daemon.Api;

/// <summary>Health for whoever restarts or routes: <c>live</c> when the process answers, <c>ready</c> (else 503) while its queue makes its rounds, which need the store.</summary>
internal sealed class HealthApi(RunQueue queue, RunEngineOptions options)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(ApiRoutes.Live, http => http.Response.WriteAsJsonAsync(new { Live = true, Pid = Environment.ProcessId }, StatusJson.Options, http.RequestAborted));
        routes.MapGet(ApiRoutes.Ready, ReadyAsync);
    }

    private Task ReadyAsync(HttpContext http)
    {
        bool ready = queue.Moves;
        http.Response.StatusCode = ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        return http.Response.WriteAsJsonAsync(new { Ready = ready, ActiveRuns = queue.NumActive, options.Slots }, StatusJson.Options, http.RequestAborted);
    }
}
