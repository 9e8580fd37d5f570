using R1Pipeline.Artifacts;
using Serilog;
using Serilog.Core;
using Serilog.Formatting.Compact;

namespace R1Pipeline.Orchestration.Running;

/// <summary>
/// What a run's owners did and why, in <c>run.jsonl</c> of the run folder: compact JSON, one event a line, all owners of the run in one file.
/// Whatever the host's own log shows is shown there as well.
/// </summary>
internal static class RunLog
{
    public static Logger Open(ILogger host, RunDirectory directory, string run) => new LoggerConfiguration()
        .MinimumLevel.Debug()
        .Enrich.WithProperty("Run", run)
        .Enrich.WithProperty("Owner", Environment.ProcessId)
        .WriteTo.Logger(host)
        .WriteTo.File(new CompactJsonFormatter(), directory.Log, shared: true, fileSizeLimitBytes: null)
        .CreateLogger();
}
