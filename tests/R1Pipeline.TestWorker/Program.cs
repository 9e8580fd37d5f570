using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using R1Pipeline.Contracts;
using R1Pipeline.Contracts.Pipelines;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.StageHost;
using R1Pipeline.StageHost.Stacks;

namespace R1Pipeline.TestWorker;

/// <summary>
/// A worker for tests of everything around a stage. The host, the channel, the checkpoints and the artifacts are the real ones;
/// only the stages are fake (<see cref="CountingStage"/> under every kind of the catalog), because real ones need libtorch.
/// With <c>--own REQUEST</c> it is an owner instead, one that starts a worker, prints its process id and says yes to everything: a test kills it.
/// With <c>--run SETTINGS</c> it is a real <see cref="Owner"/> of a run.
/// </summary>
internal static class Program
{
    private static async Task<int> Main(string[] arguments) => arguments switch
    {
        ["--own", var request] => Own(request),
        ["--run", var settings] => await Owner.RunAsync(settings),
        [WorkerStacks.Argument, var process, var file] => WorkerStacks.Write(int.Parse(process, CultureInfo.InvariantCulture), file),
        _ => StageHostRunner.Run(arguments[0], [.. StageCatalog.All.Select(kind => new CountingStage(kind))]),
    };

    private static int Own(string requestPath)
    {
        using var worker = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [requestPath]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        Console.Out.WriteLine(worker.Id);
        while (worker.StandardOutput.ReadLine() is { } line)
        {
            WorkerMessage message = JsonSerializer.Deserialize<WorkerMessage>(line, ContractJson.Compact)!;
            worker.StandardInput.WriteLine(JsonSerializer.Serialize<OwnerMessage>(new AcknowledgedMessage { Sequence = message.Sequence }, ContractJson.Compact));
            worker.StandardInput.Flush();
        }
        worker.WaitForExit();
        return worker.ExitCode;
    }
}
