using R1Pipeline.Cli.Output;
using Serilog.Core;
using Serilog.Events;

namespace R1Pipeline.Cli.Running;

/// <summary>Shows the control plane's log to people, through the terminal's one door so that a live display is not torn. Details are in the log files of the run and of its attempts.</summary>
internal sealed class TerminalSink(Terminal terminal) : ILogEventSink
{
    /// <inheritdoc/>
    public void Emit(LogEvent logEvent)
    {
        string cause = logEvent.Exception is { } exception ? $": {exception.Message}" : "";
        terminal.Say($"{logEvent.Level.ToString().ToLowerInvariant()}: {logEvent.RenderMessage()}{cause}");
    }
}
