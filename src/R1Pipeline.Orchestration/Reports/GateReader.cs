using System.Text.Json;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Pipelines;

namespace R1Pipeline.Orchestration.Reports;

/// <summary>The gates of a stage: as measured where its metrics carry them (<c>gates: [{figure, value, at-least, at-most, missed}]</c>), else as the definition asks for them.</summary>
internal static class GateReader
{
    public static IReadOnlyList<GateLine> Read(StageDefinition stage, JsonElement? metrics)
    {
        if (metrics is { ValueKind: JsonValueKind.Object } figures && figures.TryGetProperty("gates", out JsonElement gates) && gates.ValueKind == JsonValueKind.Array)
        {
            return [.. gates.EnumerateArray().Select(Measured)];
        }
        return [.. stage.Gates.Select(Asked)];
    }

    private static GateLine Measured(JsonElement gate) => new(
        gate.GetProperty("figure").GetString()!,
        Number(gate, "value"),
        Number(gate, "at-least"),
        Number(gate, "at-most"),
        gate.TryGetProperty("missed", out JsonElement missed) ? !missed.GetBoolean() : null);

    private static GateLine Asked(GateOptions gate)
    {
        string subject = gate.Task is null ? $"{gate.Metric} on {gate.Data}" : $"{gate.Metric} of {gate.Model} on {gate.Task}";
        return new GateLine(gate.RelativeTo is null ? subject : $"{subject} minus that of {gate.RelativeTo}", null, gate.AtLeast, gate.AtMost, null);
    }

    private static double? Number(JsonElement gate, string name) =>
        gate.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;
}
