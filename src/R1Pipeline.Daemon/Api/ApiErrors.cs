using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using R1Pipeline.Orchestration;
using R1Pipeline.Orchestration.Api;
using R1Pipeline.Orchestration.Status;
using R1Pipeline.Orchestration.Stores;
using Serilog;

namespace R1Pipeline.Daemon.Api;

/// <summary>Turns what went wrong into an <see cref="ApiRefusal"/>: the words and the exit code that the command would have had locally.</summary>
internal sealed class ApiErrors(IRunStore store, ILogger log)
{
    public async Task InvokeAsync(HttpContext http, RequestDelegate next)
    {
        try
        {
            await next(http);
            if (http.Response is { StatusCode: StatusCodes.Status404NotFound, HasStarted: false })
            {
                await WriteAsync(http, StatusCodes.Status404NotFound, $"there is nothing at {http.Request.Path}: is this client newer than its server?", exitCode: 1);
            }
        }
        catch (RunRefusedException refusal) when (!http.Response.HasStarted)
        {
            await WriteAsync(http, Status(http, refusal), refusal.Message, refusal.ExitCode);
        }
        catch (StoreUnavailableException absent) when (!http.Response.HasStarted)
        {
            await WriteAsync(http, StatusCodes.Status503ServiceUnavailable, absent.Message, exitCode: 4);
        }
        catch (Exception error) when (error is JsonException or InvalidDataException or BadHttpRequestException && !http.Response.HasStarted)
        {
            await WriteAsync(http, StatusCodes.Status400BadRequest, $"the server cannot read the request: {error.Message}", exitCode: 2);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client has gone: nobody reads an answer.
        }
        catch (Exception error) when (!http.Response.HasStarted)
        {
            log.Error(error, "{Method} {Path} failed", http.Request.Method, http.Request.Path);
            await WriteAsync(http, StatusCodes.Status500InternalServerError, $"the server failed: {error.Message}", exitCode: 1);
        }
    }

    private int Status(HttpContext http, RunRefusedException refusal) => refusal.ExitCode switch
    {
        2 when http.GetRouteValue("run") is string run && store.Find(run) is null => StatusCodes.Status404NotFound,
        2 => StatusCodes.Status400BadRequest,
        3 => StatusCodes.Status507InsufficientStorage,
        4 => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status409Conflict,
    };

    private static Task WriteAsync(HttpContext http, int status, string error, int exitCode)
    {
        http.Response.StatusCode = status;
        return http.Response.WriteAsJsonAsync(new ApiRefusal(error, exitCode), StatusJson.Options);
    }
}
