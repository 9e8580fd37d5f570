using System.Net;
using Microsoft.AspNetCore.Http;
using R1Pipeline.Orchestration.Api;
using R1Pipeline.Orchestration.Status;

namespace R1Pipeline.Daemon.Listening;

/// <summary>
/// Refuses what a web page asks through a browser of this machine: loopback lets it in, and it may belong to anybody. A page's request names the page's
/// origin, or, where it disguised this address under a name of its own, that name.
/// </summary>
internal static class LocalCallers
{
    public static Task InvokeAsync(HttpContext http, RequestDelegate next)
    {
        bool isSocket = http.Connection.LocalIpAddress is null;
        if (isSocket || (http.Request.Headers.Origin.Count == 0 && IsLoopback(http.Request.Host.Host))) return next(http);
        http.Response.StatusCode = StatusCodes.Status403Forbidden;
        return http.Response.WriteAsJsonAsync(new ApiRefusal("the daemon answers no web pages: it cannot tell whose they are", ExitCode: 1), StatusJson.Options);
    }

    private static bool IsLoopback(string host) => host == "localhost" || (IPAddress.TryParse(host, out IPAddress? address) && IPAddress.IsLoopback(address));
}
