using System.Globalization;

namespace R1Pipeline.Architecture.Tests.Rules;

/// <summary>What the systemd unit keeps: the protocol that the daemon speaks, time for its checkpoints, and a user other than root.</summary>
internal static class SystemdUnitRule
{
    private const string File = "src/R1Pipeline.Daemon/r1-daemon.service";

    private static readonly Dictionary<string, string> Fixed = new()
    {
        ["Type"] = "notify",
        ["KillMode"] = "mixed",
        ["Restart"] = "on-failure",
        ["OOMPolicy"] = "continue",
        ["NoNewPrivileges"] = "yes",
    };

    public static IEnumerable<string> Violations(RepositoryTree tree)
    {
        if (!tree.Exists(File))
        {
            yield return $"{File} is missing";
            yield break;
        }
        var settings = tree.Text(File).Split('\n').Where(line => line.Contains('=') && line[0] != '#').Select(line => line.Split('=', 2)).ToLookup(pair => pair[0], pair => pair[1]);
        foreach ((string key, string value) in Fixed)
        {
            if (settings[key].LastOrDefault() != value) yield return $"{File}: {key} is not {value}";
        }
        if (settings["User"].LastOrDefault() is null or "root" or "0") yield return $"{File}: runs as root";
        if (Seconds("TimeoutStopSec") <= StopTime.OfDaemon.TotalSeconds) yield return $"{File}: TimeoutStopSec is not longer than the daemon takes ({StopTime.OfDaemon.TotalSeconds:0} s)";
        if (Seconds("WatchdogSec") < 30) yield return $"{File}: WatchdogSec leaves a slow disk no time";

        int Seconds(string key) => int.TryParse(settings[key].LastOrDefault(), CultureInfo.InvariantCulture, out int seconds) ? seconds : 0;
    }
}
