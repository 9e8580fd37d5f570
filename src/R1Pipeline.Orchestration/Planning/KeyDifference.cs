using System.Text.Json.Nodes;

namespace R1Pipeline.Orchestration.Planning;

/// <summary>Says in words what differs between two keys of a stage: the answer to "why is it not cached?".</summary>
internal static class KeyDifference
{
    /// <summary>What changed from <paramref name="earlier"/> to <paramref name="now"/> (key parts of <see cref="StageKey"/>); null: nothing.</summary>
    public static string? Describe(string earlier, string now)
    {
        var then = JsonNode.Parse(earlier)!.AsObject();
        var today = JsonNode.Parse(now)!.AsObject();
        var changes = new List<string>();
        changes.AddRange(Members(then, today, "options", (name, from, to) => $"option {name} changed from {from} to {to}"));
        if (!JsonNode.DeepEquals(then["inputs"], today["inputs"])) changes.Add(Inputs(then["inputs"]!.AsObject(), today["inputs"]!.AsObject()));
        changes.AddRange(Members(then, today, "sources", (name, _, _) => $"data source {name} changed"));
        changes.AddRange(Members(then, today, "tasks", (name, from, to) => $"task {name[(name.IndexOf(':') + 1)..]} changed from {from} to {to}"));
        if (!JsonNode.DeepEquals(then["data"], today["data"])) changes.Add("the list of its data changed");
        foreach (var (member, words) in new[] { ("seed", "seed"), ("version", "the stage's code (version)"), ("uses", "kind") })
        {
            if (!JsonNode.DeepEquals(then[member], today[member])) changes.Add($"{words} changed from {then[member]} to {today[member]}");
        }
        return changes.Count == 0 ? null : string.Join(", ", changes.Distinct());
    }

    private static IEnumerable<string> Members(JsonObject then, JsonObject now, string part, Func<string, string, string, string> words)
    {
        var (old, current) = (then[part]?.AsObject() ?? [], now[part]?.AsObject() ?? []);
        foreach (string name in old.Select(member => member.Key).Union(current.Select(member => member.Key)))
        {
            if (!JsonNode.DeepEquals(old[name], current[name])) yield return words(name, Text(old[name]), Text(current[name]));
        }
    }

    private static string Inputs(JsonObject then, JsonObject now)
    {
        var changed = now.Where(input => !JsonNode.DeepEquals(then[input.Key], input.Value)).Select(input => input.Key.Split(':')).Select(key => $"{key[1]} ({key[3]})").ToList();
        return changed.Count == 0 ? "an input was taken away" : $"input {string.Join(", ", changed)} changed";
    }

    private static string Text(JsonNode? node) => node?.ToJsonString() ?? "none";
}
