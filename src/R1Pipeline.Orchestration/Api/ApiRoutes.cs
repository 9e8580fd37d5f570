namespace R1Pipeline.Orchestration.Api;

/// <summary>The paths of the daemon's HTTP API, version 1: one list for the server that answers and the client that asks.</summary>
public static class ApiRoutes
{
    /// <summary>All runs; a POST submits one.</summary>
    public const string Runs = "/api/v1/runs";

    /// <summary>A run in full.</summary>
    public const string Run = Runs + "/{run}";

    /// <summary>The journal of a run.</summary>
    public const string Events = Run + "/events";

    /// <summary>The logs of a run.</summary>
    public const string Logs = Run + "/logs";

    /// <summary>Asks for the end of a run.</summary>
    public const string Cancel = Run + "/cancel";

    /// <summary>Puts a run into the queue again.</summary>
    public const string Resume = Run + "/resume";

    /// <summary>Whether the process answers at all.</summary>
    public const string Live = "/api/v1/health/live";

    /// <summary>Whether it can work: its store answers and its queue moves.</summary>
    public const string Ready = "/api/v1/health/ready";

    /// <summary>One of the paths above for a run.</summary>
    public static string Of(string route, string run) => route.Replace("{run}", Uri.EscapeDataString(run), StringComparison.Ordinal);
}
