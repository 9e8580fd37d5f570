using R1Pipeline.Benchmarks.Torture;

namespace R1Pipeline.EndToEnd.Tests.Harness;

/// <summary>
/// <c>pipelines/one-minute.yaml</c>, run once without any disturbance. Its base, which is most of the work, is computed first in a state folder of
/// its own; every other run of these tests starts from a copy of that folder and takes the base over through its key.
/// </summary>
public sealed class OneMinute : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>The pipeline file.</summary>
    public static string File { get; } = TorturePipelines.OneMinute;

    /// <summary>The undisturbed run.</summary>
    internal R1 Undisturbed => _folder.State("undisturbed");

    public async ValueTask InitializeAsync()
    {
        await BaseOnly.SucceedAsync("run", _folder.Write("base.yaml", TorturePipelines.BaseOnly()));
        await FromBase("undisturbed").SucceedAsync("run", File);
    }

    /// <summary>A new state folder that holds the base and nothing else.</summary>
    internal R1 FromBase(string name)
    {
        R1 copy = _folder.State(name);
        StateFolders.Copy(BaseOnly.State, copy.State);
        return copy;
    }

    /// <summary>A copy of the undisturbed run's state folder.</summary>
    internal R1 CopyUndisturbed(string name)
    {
        R1 copy = _folder.State(name);
        StateFolders.Copy(Undisturbed.State, copy.State);
        return copy;
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private R1 BaseOnly => _folder.State("base");
}
