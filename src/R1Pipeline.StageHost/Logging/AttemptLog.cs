using R1Pipeline.Artifacts;
using R1Pipeline.Contracts.Stages;
using Serilog;
using Serilog.Core;
using Serilog.Formatting.Compact;

namespace R1Pipeline.StageHost.Logging;

/// <summary>
/// The attempt's log: one event of compact JSON a line (rendered text in <c>@m</c>) in <c>log.jsonl</c>.
/// Nothing goes to standard output, which belongs to the owner.
/// </summary>
internal static class AttemptLog
{
    public static Logger Open(StageRequest request) => new LoggerConfiguration()
        .MinimumLevel.Debug()
        .Enrich.WithProperty("Run", request.Run)
        .Enrich.WithProperty("Stage", request.Stage)
        .Enrich.WithProperty("Attempt", request.Attempt)
        .WriteTo.File(new RenderedCompactJsonFormatter(), RunDirectory.LogOf(request.AttemptDirectory), shared: false, fileSizeLimitBytes: null)
        .CreateLogger();
}
