using System.Text.RegularExpressions;

namespace R1Pipeline.EndToEnd.Tests.Harness;

/// <summary>
/// <c>pipelines/one-minute.yaml</c>, run once without any disturbance. Its base, which is most of the work, is computed first in a state folder of
/// its own; every other run of these tests starts from a copy of that folder and takes the base over through its key.
/// </summary>
public sealed partial class OneMinute : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>The pipeline file.</summary>
    public static string File { get; } = Path.Combine(R1.Root, "pipelines", "one-minute.yaml");

    /// <summary>The undisturbed run.</summary>
    internal R1 Undisturbed => _folder.State("undisturbed");

    public async ValueTask InitializeAsync()
    {
        await BaseOnly.SucceedAsync("run", _folder.Write("base.yaml", BasePipeline(await System.IO.File.ReadAllTextAsync(File))));
        await FromBase("undisturbed").SucceedAsync("run", File);
    }

    /// <summary>A new state folder that holds the base and nothing else.</summary>
    internal R1 FromBase(string name)
    {
        R1 copy = _folder.State(name);
        Folders.Copy(BaseOnly.State, copy.State);
        return copy;
    }

    /// <summary>A copy of the undisturbed run's state folder.</summary>
    internal R1 CopyUndisturbed(string name)
    {
        R1 copy = _folder.State(name);
        Folders.Copy(Undisturbed.State, copy.State);
        return copy;
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private R1 BaseOnly => _folder.State("base");

    /// <summary>The file up to the end of its first stage, under a name of its own: stage keys do not depend on it.</summary>
    private static string BasePipeline(string text)
    {
        Match second = StageHead().Matches(text, text.IndexOf("\nstages:", StringComparison.Ordinal))[1];
        return text[..second.Index].Replace("\nname: one-minute", "\nname: base-only", StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^  [a-z][\w-]*:", RegexOptions.Multiline)]
    private static partial Regex StageHead();
}
