using System.ComponentModel;
using System.Diagnostics;

namespace R1Pipeline.Architecture.Tests;

/// <summary>The compose file and the systemd unit as their own tools read them, where these are installed; <c>.ci/run</c> installs them.</summary>
public sealed class DeploymentFilesTests
{
    private static string UnitFile => Path.Combine(RepositoryTree.Root, "src", "R1Pipeline.Daemon", "r1-daemon.service");

    [Fact]
    public async Task DockerCompose_Config_AcceptsTheFile()
    {
        (int code, string output) = await RunAsync("docker-compose", ["config", "--quiet"]);

        Assert.True(code == 0, output);
    }

    [Fact]
    public async Task SystemdAnalyze_Verify_AcceptsTheUnit()
    {
        string folder = Directory.CreateTempSubdirectory("r1-unit-").FullName;
        try
        {
            // The tool wants the program to be there: any program.
            string unit = Path.Combine(folder, "r1-daemon.service");
            await File.WriteAllTextAsync(unit, (await File.ReadAllTextAsync(UnitFile)).Replace("/opt/r1/r1-daemon", "/bin/true", StringComparison.Ordinal));

            (int code, string output) = await RunAsync("systemd-analyze", ["verify", unit]);

            Assert.True(code == 0 && !output.Contains("r1-daemon.service:", StringComparison.Ordinal), output);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(string tool, string[] arguments)
    {
        var start = new ProcessStartInfo(tool, arguments) { WorkingDirectory = RepositoryTree.Root, RedirectStandardOutput = true, RedirectStandardError = true };
        Process? process = null;
        try
        {
            process = Process.Start(start);
        }
        catch (Win32Exception)
        {
            Assert.Skip($"{tool} is not installed");
        }
        using (process)
        {
            Task<string> output = process!.StandardOutput.ReadToEndAsync();
            string errors = await process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync();
            return (process.ExitCode, await output + errors);
        }
    }
}
