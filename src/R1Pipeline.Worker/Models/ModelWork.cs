using System.Text.Json;
using R1Pipeline.Contracts;
using R1Pipeline.Contracts.Models;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Training.Runtime;

namespace R1Pipeline.Worker.Models;

/// <summary>What <c>r1 model</c> and <c>r1 grade judge</c> ask of the worker: no stage, no owner, no state; one request as an argument, one exit code.</summary>
internal static class ModelWork
{
    /// <summary>Does the work where the arguments ask for some; null: they ask for something else.</summary>
    public static int? Run(string[] arguments) => arguments switch
    {
        [CheckRequest.Argument, var json] => Guarded(Read<CheckRequest>(json), _ => 1, request => ModelCheck.Run(request.Directory)),
        [LogitsRequest.Argument, var json] => Guarded(Read<LogitsRequest>(json), request => request.Model.Threads, request => ModelLogits.Run(request, Console.Error)),
        [GenerateRequest.Argument, var json] => Guarded(Read<GenerateRequest>(json), request => request.Model.Threads, ModelGenerate.Run),
        [JudgeRequest.Argument, var json] => Guarded(Read<JudgeRequest>(json), request => request.Directory is null ? null : request.Threads, GradeJudge.Run),
        _ => null,
    };

    private static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, ContractJson.Compact)!;

    private static int Guarded<T>(T request, Func<T, int?> threads, Func<T, int> work)
    {
        try
        {
            if (threads(request) is { } numThreads) TorchRuntime.Initialize(numThreads, Environment.GetEnvironmentVariable("R1_LIBTORCH"));
            int refused = work(request);
            if (refused == 0) return WorkerExitCode.Done;
            Console.Error.WriteLine($"error: {refused} line{(refused == 1 ? "" : "s")} could not be answered");
            return WorkerExitCode.UserData;
        }
        catch (StageFailedException failure)
        {
            Console.Error.WriteLine($"error: {failure.Message}");
            return failure.Failure switch
            {
                StageFailureClass.UserData => WorkerExitCode.UserData,
                StageFailureClass.OutOfMemory => WorkerExitCode.OutOfMemory,
                _ => WorkerExitCode.NumericGuard,
            };
        }
        catch (IOException failure)
        {
            Console.Error.WriteLine($"error: {failure.Message}");
            return WorkerExitCode.UserData;
        }
    }
}
