using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace R1Pipeline.Training.Tests.Stages;

/// <summary>An attempt's log that remembers its lines and lets a test act on one.</summary>
internal sealed class RecordingLog(Action<string>? onLine = null) : ILogEventSink
{
    public List<string> Lines { get; } = [];

    public ILogger Logger => new LoggerConfiguration().WriteTo.Sink(this).CreateLogger();

    public void Emit(LogEvent logEvent)
    {
        string line = logEvent.RenderMessage(System.Globalization.CultureInfo.InvariantCulture);
        Lines.Add(line);
        onLine?.Invoke(line);
    }
}
