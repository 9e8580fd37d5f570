namespace R1Pipeline.Orchestration.Workers;

/// <summary>How a worker process is started: the request's path is appended to the arguments.</summary>
/// <param name="FileName">Executable.</param>
/// <param name="Arguments">Arguments before the request's path.</param>
public sealed record WorkerCommand(string FileName, IReadOnlyList<string> Arguments);
