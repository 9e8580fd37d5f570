using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using R1Pipeline.Orchestration.Api;
using R1Pipeline.Orchestration.Status;

namespace R1Pipeline.Daemon.Api;

/// <summary>The logs of a run as JSON Lines, <c>?stage=NAME</c> only those of a stage's workers; written as they are read, so that they never lie in memory whole.</summary>
internal sealed class LogsApi(RunLogReader logs)
{
    private static readonly byte[] LineEnd = [(byte)'\n'];

    public void Map(IEndpointRouteBuilder routes) => routes.MapGet(ApiRoutes.Logs, AnswerAsync);

    private async Task AnswerAsync(HttpContext http)
    {
        IEnumerable<RunLogLine> lines = logs.Read(RunsApi.RunOf(http), http.Request.Query["stage"] is [{ Length: > 0 } stage] ? stage : null);
        http.Response.ContentType = "application/jsonl; charset=utf-8";
        foreach (RunLogLine line in lines)
        {
            await http.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(line, StatusJson.Options), http.RequestAborted);
            await http.Response.Body.WriteAsync(LineEnd, http.RequestAborted);
        }
    }
}
