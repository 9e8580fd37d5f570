using R1Pipeline.Contracts.Pipelines;
using R1Pipeline.StageHost;

namespace R1Pipeline.TestWorker;

/// <summary>
/// A worker for tests of everything around a stage. The host, the channel, the checkpoints and the artifacts are the real ones;
/// only the stages are fake (<see cref="CountingStage"/> under every kind of the catalog), because real ones need libtorch.
/// </summary>
internal static class Program
{
    private static int Main(string[] arguments) =>
        StageHostRunner.Run(arguments[0], [.. StageCatalog.All.Select(kind => new CountingStage(kind))]);
}
