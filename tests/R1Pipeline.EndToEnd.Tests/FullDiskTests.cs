using System.Text.Json;
using R1Pipeline.EndToEnd.Tests.Harness;
using R1Pipeline.Tests.Artifacts;

namespace R1Pipeline.EndToEnd.Tests;

/// <summary>A disk that fills up at the very end, when all that is left to write is how the run ended and its report.</summary>
public sealed class FullDiskTests : IDisposable
{
    private const string Ballast = "ballast";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("")] // the whole state folder: the store may have no space for the end of the run
    [InlineData("runs")] // what is on another disk than the store: the run is done, its report is owed
    public async Task Run_DiskFullWhileTheReportIsWritten_EndsWithThreeAndResumeFinishes(string folder)
    {
        string file = CountingPipeline.Write(_folder, steps: 5, waitMilliseconds: 0);
        string place = Path.Combine(_folder.State().State, folder);
        using var disk = SmallDisk.TryMount(place, megabytes: 8);
        Assert.SkipWhen(disk is null, "a small file system can only be mounted as root");
        var r1 = new R1(_folder.State().State) { Worker = WorkerThatFillsTheDisk(place) };

        Ended full = await r1.RunAsync("run", file);

        Assert.Equal(3, full.ExitCode);
        Assert.Contains("free space", full.Error, StringComparison.Ordinal);
        File.Delete(Path.Combine(place, Ballast));
        string run = await r1.NewestRunAsync();
        string report = Path.Combine(r1.State, "runs", run, "report.html");
        Assert.False(File.Exists(report));

        await r1.SucceedAsync("resume", run);

        Assert.True(File.Exists(report));
        JsonElement status = await r1.StatusAsync(run);
        Assert.Equal("done", status.GetProperty("state").GetString());
        Assert.All(status.GetProperty("stages").EnumerateArray(), stage => Assert.Equal(("done", 1), (stage.GetProperty("state").GetString(), stage.GetProperty("attempts").GetInt32())));
    }

    /// <summary>The counting worker; the last stage's leaves no space behind. Its owner goes on only once the whole of it ended.</summary>
    private string WorkerThatFillsTheDisk(string place)
    {
        string script = _folder.Write("worker.sh", $"""
            #!/bin/sh
            "{R1.CountingWorker}" "$@"
            code=$?
            case "$1" in */stages/quick/*) dd if=/dev/zero of="{place}/{Ballast}" bs=4096 2>/dev/null ;; esac
            exit $code
            """);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return script;
    }
}
