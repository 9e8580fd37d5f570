using System.Globalization;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace R1Pipeline.Architecture.Tests.Rules;

/// <summary>
/// What every service of the compose file keeps: a pinned image, a user without rights, a root that nobody writes, a health check, more time to stop than it
/// takes; and only keys that docker-compose 1.29 knows. The Dockerfile drops root as well.
/// </summary>
internal static partial class ComposeRule
{
    private const string File = "docker-compose.yml", Dockerfile = "src/R1Pipeline.Daemon/Dockerfile";

    private static readonly string[] TopKeys = ["version", "services", "networks", "volumes", "secrets"];
    private static readonly string[] NewerServiceKeys = ["gpus", "develop", "attach", "provider", "models"];

    public static IEnumerable<string> Violations(RepositoryTree tree) =>
        !tree.Exists(File) || !tree.Exists(Dockerfile) ? [$"{File} or {Dockerfile} is missing"] : Compose(tree.Text(File)).Concat(Image(tree.Text(Dockerfile)));

    private static IEnumerable<string> Compose(string text)
    {
        Dictionary<string, object> file;
        try
        {
            file = new DeserializerBuilder().Build().Deserialize<Dictionary<string, object>>(text);
        }
        catch (YamlException e)
        {
            return [$"{File} is no YAML: {e.Message}"];
        }
        return file.Keys.Except(TopKeys).Select(key => $"{File}: docker-compose 1.29 does not know the key {key}")
            .Concat(Map(file["services"]).SelectMany(service => Service((string)service.Key, Map(service.Value))));
    }

    private static IEnumerable<string> Service(string name, Dictionary<object, object> service)
    {
        string where = $"{File}, service {name}";
        foreach (string key in service.Keys.Cast<string>().Intersect(NewerServiceKeys)) yield return $"{where}: docker-compose 1.29 does not know the key {key}";
        if (!Pinned().IsMatch(Text(service, "image"))) yield return $"{where}: image '{Text(service, "image")}' is not pinned to a version";
        if (!User().IsMatch(Text(service, "user"))) yield return $"{where}: user '{Text(service, "user")}' is not a number other than 0";
        if (Text(service, "read_only") != "true") yield return $"{where}: its root is writable";
        if (!List(service, "tmpfs").Any(mount => mount is "/tmp" or "/tmp:exec")) yield return $"{where}: no tmpfs on /tmp";
        if (!List(service, "cap_drop").Contains("ALL")) yield return $"{where}: keeps capabilities";
        if (!List(service, "security_opt").Contains("no-new-privileges:true")) yield return $"{where}: may gain privileges";
        if (!service.ContainsKey("healthcheck")) yield return $"{where}: no health check";
        if (service.ContainsKey("ports")) yield return $"{where}: publishes ports, and the daemon cannot tell who asks";
        if (Map(service.GetValueOrDefault("environment")).Keys.Cast<string>().Any(key => key.Contains("PASSWORD", StringComparison.Ordinal) && !key.EndsWith("_FILE", StringComparison.Ordinal))) yield return $"{where}: a password stands in its environment";
        if (!Seconds().IsMatch(Text(service, "stop_grace_period"))) yield return $"{where}: no stop_grace_period in seconds";
        else if (name == "daemon" && TimeSpan.FromSeconds(int.Parse(Text(service, "stop_grace_period").TrimEnd('s'), CultureInfo.InvariantCulture)) <= StopTime.OfDaemon)
        {
            yield return $"{where}: stop_grace_period {Text(service, "stop_grace_period")} is not longer than the daemon takes ({StopTime.OfDaemon.TotalSeconds:0} s)";
        }
    }

    private static IEnumerable<string> Image(string text)
    {
        if (FromLine().Matches(text) is { Count: > 0 } bases)
        {
            foreach (Match image in bases.Where(image => !Pinned().IsMatch(image.Groups["image"].Value))) yield return $"{Dockerfile}: {image.Groups["image"].Value} is not pinned to a version";
        }
        if (!UserLine().IsMatch(text)) yield return $"{Dockerfile}: ends as root";
    }

    private static Dictionary<object, object> Map(object? node) => node as Dictionary<object, object> ?? [];

    private static string Text(Dictionary<object, object> map, string key) => map.GetValueOrDefault(key) as string ?? "";

    private static IEnumerable<string> List(Dictionary<object, object> map, string key) => (map.GetValueOrDefault(key) as List<object>)?.OfType<string>() ?? [];

    [GeneratedRegex(@"(:\d+\.\d+[\w.-]*|@sha256:[0-9a-f]{64})$")]
    private static partial Regex Pinned();

    [GeneratedRegex(@"^[1-9]\d*(:[1-9]\d*)?$")]
    private static partial Regex User();

    [GeneratedRegex(@"^\d+s$")]
    private static partial Regex Seconds();

    [GeneratedRegex(@"^FROM (?<image>\S+)", RegexOptions.Multiline)]
    private static partial Regex FromLine();

    [GeneratedRegex(@"^USER [1-9]\d*", RegexOptions.Multiline)]
    private static partial Regex UserLine();
}
