using System.Globalization;
using System.Text.Json;
using R1Pipeline.Contracts;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Rewards.Measuring;
using R1Pipeline.StageHost;
using R1Pipeline.StageHost.Stacks;
using R1Pipeline.Stages;
using R1Pipeline.Training.Runtime;
using R1Pipeline.Worker.Benchmarks;
using R1Pipeline.Worker.Models;

namespace R1Pipeline.Worker;

/// <summary>
/// The one executable that carries libtorch: one process computes one attempt of one stage on its main thread and ends. Started by
/// <c>r1 run</c> or the daemon, never by hand: it speaks JSON lines with its owner on standard input and output. What other commands of <c>r1</c>
/// need libtorch for has an argument of its own.
/// </summary>
internal static class Program
{
    private const string Usage = """
        r1-worker REQUEST
        r1-worker --stacks PID FILE      writes where the threads of another worker stand
        r1-worker --bench-checkpoint N DIR   `r1 bench checkpoint`: N parameters, saved below DIR
        r1-worker --bench-memory JSON    `r1 bench memory`: one piece of work, and what memory it took
        r1-worker --export-model FROM TO TYPE BYTES   `r1 checkpoints export`: weights of this type, in files of at most so many bytes
        r1-worker --model-check JSON         `r1 model inspect --check`
        r1-worker --model-logits JSON        `r1 model logits`
        r1-worker --model-generate JSON      `r1 model generate`
        r1-worker --measure-outputs          the rules of rewards: outputs on standard input, measures on standard output

        Computes one attempt of one pipeline stage. `r1 run` starts it; it is not meant to be started by hand.
        REQUEST is the request.json of the attempt. Messages to and from the owner are JSON lines on standard output and input;
        when standard input ends, the worker ends. Logs go to log.jsonl beside the request, native output to standard error.

        Exit codes: 0 done, 1 a bug, 2 no readable request, 10 user data, 11 out of memory, 12 numeric guard, 13 interrupted,
        14 lease lost, 15 disk full.
        R1_LIBTORCH names a folder with another libtorch of the same version.
        """;

    private static int Main(string[] arguments)
    {
        if (arguments is ["--help" or "-h"])
        {
            Console.Out.WriteLine(Usage);
            return WorkerExitCode.Done;
        }
        if (arguments is [WorkerStacks.Argument, var process, var file]) return WorkerStacks.Write(int.Parse(process, CultureInfo.InvariantCulture), file);
        if (arguments is [CheckpointBenchmark.Argument, var parameters, var folder])
        {
            TorchRuntime.Initialize(threads: 1, Environment.GetEnvironmentVariable("R1_LIBTORCH"));
            CheckpointFigures figures = new CheckpointBenchmark(long.Parse(parameters, CultureInfo.InvariantCulture), folder, TimeProvider.System).Measure();
            Console.Out.WriteLine(JsonSerializer.Serialize(figures, ContractJson.Compact));
            return WorkerExitCode.Done;
        }
        if (arguments is [MemoryBenchmark.Argument, var measured])
        {
            MemoryBenchmark.Run(measured, Console.Out);
            return WorkerExitCode.Done;
        }
        if (arguments is [ModelExport.Argument, var source, var target, var type, var bytes]) return ModelExport.Write(source, target, type, bytes);
        if (arguments is [RewardProcessHost.Argument])
        {
            RewardProcessHost.Run();
            return WorkerExitCode.Done;
        }
        if (ModelWork.Run(arguments) is { } code) return code;
        if (arguments is not [var request])
        {
            Console.Error.WriteLine(Usage);
            return StageHostRunner.NoRequest;
        }
        return StageHostRunner.Run(request, AllStages.Create(), TorchRuntime.Initialize);
    }
}
