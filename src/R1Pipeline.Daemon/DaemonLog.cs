using System.Globalization;
using R1Pipeline.Artifacts;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting.Compact;

namespace R1Pipeline.Daemon;

/// <summary>The daemon's own log: text on the console, where systemd and containers collect it, and two weeks of compact JSON in the state folder.</summary>
internal static class DaemonLog
{
    private const int NumFiles = 14;
    private const long FileBytes = 64L << 20;

    public static Logger Create(string stateDirectory) => new LoggerConfiguration()
        .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
        .Enrich.WithProperty("Daemon", Environment.ProcessId)
        .WriteTo.Console(formatProvider: CultureInfo.InvariantCulture)
        .WriteTo.File(
            new CompactJsonFormatter(), RunDirectory.DaemonLogOf(stateDirectory), rollingInterval: RollingInterval.Day, rollOnFileSizeLimit: true,
            fileSizeLimitBytes: FileBytes, retainedFileCountLimit: NumFiles)
        .CreateLogger();
}
