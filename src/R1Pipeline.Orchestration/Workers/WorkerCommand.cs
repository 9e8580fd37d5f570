using System.Diagnostics;

namespace R1Pipeline.Orchestration.Workers;

/// <summary>How a worker process is started: the request's path is appended to the arguments.</summary>
/// <param name="FileName">Executable.</param>
/// <param name="Arguments">Arguments before the request's path.</param>
public sealed record WorkerCommand(string FileName, IReadOnlyList<string> Arguments)
{
    /// <summary>A start for work that is no attempt: in the caller's environment, with the threads and the heap of an attempt.</summary>
    /// <param name="arguments">Arguments after its own.</param>
    public ProcessStartInfo Start(params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(FileName, [.. Arguments, .. arguments]);
        WaitPolicy.SleepSoon(start.Environment);
        HeapPolicy.KeepTogether(start.Environment);
        return start;
    }
}
