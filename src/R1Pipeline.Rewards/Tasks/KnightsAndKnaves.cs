using System.Text.Json;
using System.Text.RegularExpressions;

namespace R1Pipeline.Rewards.Tasks;

/// <summary>
/// Knights and knaves: everybody's role must be named and right (data/reasoning/DEFINITIONS.md). A role is named as <c>Ann is a knight</c>, <c>Ann: knight</c>,
/// <c>Ann = knave</c>, with or without emphasis; who is left out, or is said to be both, makes the answer wrong.
/// </summary>
internal static class KnightsAndKnaves
{
    private const RegexOptions Linear = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.IgnoreCase;

    private static readonly Regex Role = new(@"(?<name>\p{L}[\p{L}'’-]*)[*_\s]*(?:\bis\b|[:=→-])[*_\s]*(?:an? )?[*_\s]*(?<role>knight|knave)\b", Linear);

    /// <summary>The roles of a gold, an object or the answer as a text; null where it names none or two for one.</summary>
    public static IReadOnlyDictionary<string, string>? Roles(string gold)
    {
        if (!gold.TrimStart().StartsWith('{')) return Named(gold) is { Count: > 0 } named ? named : null;
        if (VerifiableTasks.Json(gold) is not { ValueKind: JsonValueKind.Object } people) return null;
        var roles = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (JsonProperty person in people.EnumerateObject())
        {
            if (person.Value.ValueKind != JsonValueKind.String || person.Value.GetString() is not ("knight" or "knave") || !roles.TryAdd(person.Name, person.Value.GetString()!)) return null;
        }

        return roles.Count > 0 ? roles : null;
    }

    /// <summary>Null where everybody has the right role; else what is wrong.</summary>
    public static string? Check(string answer, string gold)
    {
        if (Named(answer) is not { } named) return "somebody is said to be both";
        foreach ((string person, string role) in Roles(gold)!)
        {
            if (!named.TryGetValue(person, out string? said)) return $"{person} is left out";
            if (said != role) return $"{person} is no {said}";
        }

        return null;
    }

    private static Dictionary<string, string>? Named(string text)
    {
        var roles = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (Match match in Role.Matches(text))
        {
            string role = match.Groups["role"].Value.ToLowerInvariant();
            if (!roles.TryAdd(match.Groups["name"].Value, role) && roles[match.Groups["name"].Value] != role) return null;
        }

        return roles;
    }
}
