using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using R1Pipeline.Daemon.Queue;
using R1Pipeline.Definition.Resolved;
using R1Pipeline.Orchestration;
using R1Pipeline.Orchestration.Api;
using R1Pipeline.Orchestration.Runs;
using R1Pipeline.Orchestration.Status;

namespace R1Pipeline.Daemon.Api;

/// <summary>Runs over HTTP: submit, list, look, cancel, resume. A run that a POST answers with is in the store already.</summary>
internal sealed class RunsApi(RunEngine engine, RunReader reader, RunCancellation cancellation, RunQueue queue)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(ApiRoutes.Runs, http => http.Response.WriteAsJsonAsync(reader.Runs(), StatusJson.Options, http.RequestAborted));
        routes.MapPost(ApiRoutes.Runs, SubmitAsync);
        routes.MapGet(ApiRoutes.Run, http => AnswerAsync(http, RunOf(http)));
        routes.MapPost(ApiRoutes.Cancel, CancelAsync);
        routes.MapPost(ApiRoutes.Resume, ResumeAsync);
    }

    /// <summary>The run that a path names.</summary>
    public static string RunOf(HttpContext http) => (string)http.GetRouteValue("run")!;

    private async Task SubmitAsync(HttpContext http)
    {
        var submission = await ReadAsync<RunSubmission>(http);
        var definition = ResolvedDefinition.Read(submission.Definition);
        // Hashing large data files takes its time: off the connection's thread.
        RunState run = await Task.Run(() => engine.Submit(definition, new RunSource(submission.Yaml, submission.Origins), submission.Priority));
        queue.Admit(run.Id);
        http.Response.StatusCode = StatusCodes.Status202Accepted;
        http.Response.Headers.Location = ApiRoutes.Of(ApiRoutes.Run, run.Id);
        await AnswerAsync(http, run.Id);
    }

    private Task CancelAsync(HttpContext http)
    {
        cancellation.Request(RunOf(http));
        return AnswerAsync(http, RunOf(http));
    }

    private async Task ResumeAsync(HttpContext http)
    {
        var resumption = await ReadAsync<RunResumption>(http);
        RunState run = await Task.Run(() => engine.Requeue(RunOf(http), resumption.From, [.. resumption.Accept]));
        queue.Admit(run.Id);
        http.Response.StatusCode = StatusCodes.Status202Accepted;
        await AnswerAsync(http, run.Id);
    }

    private Task AnswerAsync(HttpContext http, string run) => http.Response.WriteAsJsonAsync(reader.Status(run), StatusJson.Options, http.RequestAborted);

    private static async Task<T> ReadAsync<T>(HttpContext http) =>
        await http.Request.ReadFromJsonAsync<T>(StatusJson.Options, http.RequestAborted) ?? throw new JsonException("its body is empty");
}
