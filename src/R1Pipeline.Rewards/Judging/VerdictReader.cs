using System.Text;
using System.Text.Json;
using R1Pipeline.Contracts.Rewards;
using R1Pipeline.Rewards.Mathematics.Extraction;

namespace R1Pipeline.Rewards.Judging;

/// <summary>
/// Reads a verdict out of a reply, strictly: behind the judge's own thinking there is exactly one verdict, in a JSON object, and it is one of the known words or a
/// number in range. Pairwise, a reply without such an object may have one label in double brackets (<c>[[A>B]]</c>), as Arena-Hard's prompt asks for.
/// Anything else fails with the beginning of the reply. Untrusted text: bounded work.
/// </summary>
public static class VerdictReader
{
    /// <summary>Longest reply that is read, in characters.</summary>
    public const int LongestReply = 200_000;

    private const int MostObjects = 200;
    private const int ShownCharacters = 120;
    private const double BestScore = 10;

    private static readonly Dictionary<string, double> Correctness = new(StringComparer.Ordinal) { ["correct"] = 1, ["incorrect"] = 0 };

    // The papers give the labels and keep gaps above 1, not the numbers of the labels (r1-recipe.md 5.3).
    private static readonly Dictionary<string, double> Preferences = new(StringComparer.Ordinal) { ["A>>B"] = 2, ["A>B"] = 1, ["A=B"] = 0, ["B>A"] = -1, ["B>>A"] = -2 };

    /// <summary>The verdict of a reply.</summary>
    public static Judgement Read(JudgeKind kind, string reply)
    {
        ArgumentNullException.ThrowIfNull(reply);
        if (reply.Length > LongestReply) return Judgement.Failed($"the reply has {reply.Length} characters, more than the {LongestReply} that are read; it begins {Shown(reply)}");
        if (Thought.CutOff(reply) is not { } said) return Judgement.Failed($"the reply ends inside its thinking; it begins {Shown(reply)}");
        (string name, Func<JsonElement, double?> value) = kind switch
        {
            JudgeKind.Correctness => ("correctness", (Func<JsonElement, double?>)(verdict => Word(verdict, Correctness))),
            JudgeKind.Score => ("score", Score),
            _ => ("verdict", verdict => Word(verdict, Preferences)),
        };
        List<JsonElement> objects = [.. Objects(said).Where(found => found.TryGetProperty(name, out _))];
        if (objects.Count == 0 && kind == JudgeKind.Pairwise && Label(said) is { } label) return new Judgement(RewardOutcome.Of(label), said.Trim());
        if (objects.Count != 1) return Judgement.Failed($"the reply has {(objects.Count == 0 ? "no" : $"{objects.Count}")} JSON objects with {name}, one is expected; it begins {Shown(reply)}");
        return objects[0].EnumerateObject().Count(member => member.NameEquals(name)) == 1 && value(objects[0].GetProperty(name)) is { } number
            ? new Judgement(RewardOutcome.Of(number), Analysis(objects[0]))
            : Judgement.Failed($"{name} is none of the known values; the reply begins {Shown(reply)}");
    }

    /// <summary>The beginning of a text in quotes, on one line.</summary>
    internal static string Shown(string text) =>
        $"'{string.Concat(text.Trim().Take(ShownCharacters).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? ' ' : c))}{(text.Trim().Length > ShownCharacters ? "…" : "")}'";

    private static double? Word(JsonElement verdict, Dictionary<string, double> words) =>
        verdict.ValueKind == JsonValueKind.String && words.TryGetValue(verdict.GetString()!, out double value) ? value : null;

    private static double? Score(JsonElement verdict) =>
        verdict.ValueKind == JsonValueKind.Number && verdict.TryGetDouble(out double score) && score is >= 0 and <= BestScore ? score / BestScore : null;

    private static string? Analysis(JsonElement verdict) =>
        verdict.TryGetProperty("analysis", out JsonElement analysis) && analysis.ValueKind == JsonValueKind.String ? analysis.GetString() : null;

    /// <summary>The one label that stands in double brackets; null: none, or different ones.</summary>
    private static double? Label(string text)
    {
        string[] found = [.. Preferences.Keys.Where(label => text.Contains($"[[{label}]]", StringComparison.Ordinal))];
        return found.Length == 1 ? Preferences[found[0]] : null;
    }

    /// <summary>The outermost JSON objects in a text.</summary>
    private static IEnumerable<JsonElement> Objects(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        int at = 0;
        for (int tries = 0; tries < MostObjects; tries++)
        {
            int open = bytes.AsSpan(at).IndexOf((byte)'{');
            if (open < 0) yield break;
            at += open;
            (JsonElement? found, int length) = Parse(bytes.AsSpan(at));
            at += length;
            if (found is { } value) yield return value;
        }
    }

    private static (JsonElement? Object, int Length) Parse(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var reader = new Utf8JsonReader(bytes);
            JsonElement found = JsonElement.ParseValue(ref reader);
            // Half of a surrogate pair is JSON by its grammar and no text: whoever read it would throw.
            foreach (JsonProperty member in found.EnumerateObject())
            {
                _ = member.Name;
                if (member.Value.ValueKind == JsonValueKind.String) _ = member.Value.GetString();
            }

            return (found, (int)reader.BytesConsumed);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return (null, 1);
        }
    }
}
