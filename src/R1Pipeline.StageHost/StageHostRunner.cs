using System.Text.Json;
using R1Pipeline.Artifacts;
using R1Pipeline.Artifacts.Disk;
using R1Pipeline.Contracts;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.StageHost.Channel;
using R1Pipeline.StageHost.Logging;
using R1Pipeline.StageHost.Native;
using R1Pipeline.StageHost.Steps;

namespace R1Pipeline.StageHost;

/// <summary>
/// The life of a worker process: take the channel, read the request, run the stage on this thread, report, exit. Reports success only when
/// the steps that were planned are done and the artifact is of the catalog's kind; never decides about a retry.
/// </summary>
public static class StageHostRunner
{
    /// <summary>Exit code of a worker without a request that it can read.</summary>
    public const int NoRequest = 2;

    /// <summary>Runs one attempt. Call it first in <c>Main</c>, from the main thread.</summary>
    /// <param name="requestPath">Path of a <see cref="StageRequest"/> in JSON.</param>
    /// <param name="stages">The stages of this executable.</param>
    /// <param name="prepare">Runs before the stage with the thread count and the value of <c>R1_LIBTORCH</c> (a folder of native libraries; null: the built-in ones).</param>
    /// <returns>The process exit code: see <see cref="WorkerExitCode"/>; 1 for a bug, 2 without a readable request.</returns>
    public static int Run(string requestPath, IReadOnlyList<IStage> stages, Action<int, string?>? prepare = null)
    {
        Stream toOwner = StandardStreams.TakeOutput();
        TracerConsent.GiveToParent();
        if (ReadRequest(requestPath) is not { } request) return NoRequest;
        Directory.CreateDirectory(request.AttemptDirectory);
        using var log = AttemptLog.Open(request);
        using var mark = StepMark.Open(RunDirectory.StepMarkOf(request.AttemptDirectory));
        var progress = new ProgressCounters(mark);
        var channel = new OwnerChannel(toOwner, Console.OpenStandardInput(), new LeaseClock(request.LeaseLifetime, TimeProvider.System), progress);
        using var signals = new StopSignals(channel.RequestStop);
        channel.Start();
        using var heartbeat = new HeartbeatThread(channel, progress);
        return new Attempt(request, stages, prepare, channel, progress, log).Run();
    }

    private static StageRequest? ReadRequest(string path)
    {
        try
        {
            StageRequest request = JsonSerializer.Deserialize<StageRequest>(File.ReadAllBytes(path), ContractJson.Compact)
                ?? throw new JsonException("the file holds null");
            return request.Schema == 1 ? request : throw new JsonException($"schema {request.Schema} is not known, 1 is");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            Console.Error.WriteLine($"r1-worker: '{path}' is no stage request: {error.Message}");
            return null;
        }
    }
}
