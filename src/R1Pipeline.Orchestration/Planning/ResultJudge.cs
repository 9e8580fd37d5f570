using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using R1Pipeline.Contracts;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Orchestration.Runs;

namespace R1Pipeline.Orchestration.Planning;

/// <summary>
/// Holds a finished result against the limits of a stage as they stand now. A measured figure does not depend on its limits: where only those
/// moved, the stored figure is judged again and nothing is computed. What was not measured, or ran under another guard, is not taken over.
/// </summary>
internal static class ResultJudge
{
    private const string Gates = "gates";
    private const string AccuracyGain = "min-accuracy-gain";

    /// <summary>Limits among the options whose figure stands in the metrics, after those of the gates.</summary>
    private static readonly string[] MeasuredOptions = ["min-kept", "min-pair-accuracy"];

    /// <summary>The result as it stands under <paramref name="limits"/>, done or with a missed gate whatever another run accepted; null: it must be computed again.</summary>
    /// <param name="result">A finished computation of the stage's key.</param>
    /// <param name="limits">Limits of the stage now, as in <see cref="StageKey.Limits"/>.</param>
    public static KeyResult? Judge(KeyResult result, string limits)
    {
        var then = result.Limits is null ? [] : JsonNode.Parse(result.Limits)!.AsObject();
        var now = JsonNode.Parse(limits)!.AsObject();
        // An accepted guard was switched off for that run: nobody knows whether the result would pass it.
        if (result.Accepted && now.ContainsKey(AccuracyGain)) return null;
        var figures = Figures(result);
        bool failedOtherwise = result.State == ExecutionState.Failed && !figures.Any(figure => figure["missed"]?.GetValue<bool>() == true);
        if (figures.Count == 0 || failedOtherwise) return now.All(limit => Equal(then, now, limit.Key)) ? result : null;

        if (!now.Where(limit => limit.Key != Gates && !MeasuredOptions.Contains(limit.Key)).All(limit => Equal(then, now, limit.Key))) return null;
        var gatesThen = List(then);
        var judged = new List<JsonObject?>();
        foreach (var gate in List(now))
        {
            int at = gatesThen.FindIndex(old => JsonNode.DeepEquals(WithoutBounds(old), WithoutBounds(gate)));
            judged.Add(At(figures, at, gate["at-least"], gate["at-most"]));
        }
        foreach (string option in MeasuredOptions.Where(now.ContainsKey))
        {
            judged.Add(At(figures, then.ContainsKey(option) ? gatesThen.Count : -1, now[option], atMost: null));
        }
        return judged.Contains(null) ? null : Verdict(result, [.. judged.Select(figure => figure!)]);
    }

    private static KeyResult Verdict(KeyResult result, List<JsonObject> figures)
    {
        var metrics = JsonNode.Parse(result.Metrics!.Value.GetRawText())!.AsObject();
        metrics[Gates] = new JsonArray([.. figures]);
        string missed = string.Join("; ", figures.Where(figure => figure["missed"]!.GetValue<bool>()).Select(Words));
        return result with
        {
            State = missed.Length == 0 ? ExecutionState.Done : ExecutionState.Failed,
            Failure = missed.Length == 0 ? null : StageFailureClass.GateMissed,
            Message = missed.Length == 0 ? null : $"{missed}. Measured in run {result.Run}; the output is kept: `r1 resume` with `--accept` goes on with it, or change the stage's options.",
            Metrics = JsonSerializer.SerializeToElement(metrics, ContractJson.Compact),
        };
    }

    /// <summary>The measured figure under other bounds; null: there is none.</summary>
    private static JsonObject? At(List<JsonObject> figures, int index, JsonNode? atLeast, JsonNode? atMost)
    {
        if (index < 0 || index >= figures.Count) return null;
        var figure = figures[index].DeepClone().AsObject();
        double value = Number(figure["value"]) ?? double.NaN;
        figure["at-least"] = atLeast?.DeepClone();
        figure["at-most"] = atMost?.DeepClone();
        figure["missed"] = !(value >= (Number(atLeast) ?? double.NegativeInfinity) && value <= (Number(atMost) ?? double.PositiveInfinity));
        return figure;
    }

    private static string Words(JsonObject figure)
    {
        string?[] bounds = [Bound("at least", figure["at-least"]), Bound("at most", figure["at-most"])];
        return string.Create(CultureInfo.InvariantCulture, $"{figure["figure"]} is {Number(figure["value"]) ?? double.NaN:0.####}; the gate asks for {string.Join(" and ", bounds.OfType<string>())}");
    }

    private static string? Bound(string words, JsonNode? bound) => Number(bound) is { } value ? string.Create(CultureInfo.InvariantCulture, $"{words} {value:0.####}") : null;

    private static double? Number(JsonNode? node) => node?.GetValueKind() == JsonValueKind.Number ? node.GetValue<double>() : null;

    private static List<JsonObject> Figures(KeyResult result) =>
        result.Metrics is { ValueKind: JsonValueKind.Object } metrics ? List(JsonNode.Parse(metrics.GetRawText())!.AsObject()) : [];

    private static List<JsonObject> List(JsonObject parent) => parent[Gates] is JsonArray list ? [.. list.OfType<JsonObject>()] : [];

    private static bool Equal(JsonObject then, JsonObject now, string limit) => limit == Gates
        ? List(now).All(gate => List(then).Any(old => JsonNode.DeepEquals(old, gate)))
        : JsonNode.DeepEquals(then[limit], now[limit]);

    private static JsonObject WithoutBounds(JsonObject gate)
    {
        var rest = gate.DeepClone().AsObject();
        rest.Remove("at-least");
        rest.Remove("at-most");
        return rest;
    }
}
