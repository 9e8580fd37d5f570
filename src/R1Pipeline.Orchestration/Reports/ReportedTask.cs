using System.Text.Json;
using System.Text.Json.Serialization;

namespace R1Pipeline.Orchestration.Reports;

/// <summary>The figures of one model on one task, as <c>metrics.models.&lt;stage&gt;.&lt;task&gt;</c> of <c>status --json</c> carries them. Figures that do not apply are null.</summary>
public sealed record ReportedTask
{
    private static readonly JsonSerializerOptions SnakeCase = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary>Stage whose model was measured.</summary>
    [JsonIgnore]
    public string Model { get; init; } = "";

    /// <summary>Task name.</summary>
    [JsonIgnore]
    public string Task { get; init; } = "";

    /// <summary>Sampling temperature.</summary>
    public double? Temperature { get; init; }

    /// <summary>Mean correctness of one sample.</summary>
    [JsonPropertyName("pass_at_1")]
    public double? PassAt1 { get; init; }

    /// <summary>Lower end of its 95 % interval.</summary>
    public double? CiLow { get; init; }

    /// <summary>Upper end of its 95 % interval.</summary>
    public double? CiHigh { get; init; }

    /// <summary>The same by the last number of the output, whatever its format: it can lie below pass@1. A gold answer that is no number is compared strictly.</summary>
    [JsonPropertyName("loose_pass_at_1")]
    public double? LoosePassAt1 { get; init; }

    /// <summary>Samples of one problem.</summary>
    public int? K { get; init; }

    /// <summary>Share of problems with a correct one among k samples.</summary>
    public double? PassAtK { get; init; }

    /// <summary>Share of problems whose majority answer is correct.</summary>
    public double? ConsAtK { get; init; }

    /// <summary>Problems measured.</summary>
    public long? NumProblems { get; init; }

    /// <summary>Outputs measured.</summary>
    public long? NumSamples { get; init; }

    /// <summary>Share of well-formed outputs.</summary>
    public double? FormatRate { get; init; }

    /// <summary>Share of outputs that mix languages.</summary>
    public double? MixingRate { get; init; }

    /// <summary>Share of outputs with a reflective word.</summary>
    public double? ReflectiveRate { get; init; }

    /// <summary>Mean output length.</summary>
    public double? MeanTokens { get; init; }

    /// <summary>Reads every model and task of an evaluation stage's metrics, in their order; other metrics have none.</summary>
    public static IReadOnlyList<ReportedTask> Read(JsonElement? metrics)
    {
        var figures = new List<ReportedTask>();
        if (metrics is not { ValueKind: JsonValueKind.Object } stage || !stage.TryGetProperty("models", out JsonElement models)) return figures;
        foreach (JsonProperty model in models.EnumerateObject())
        {
            foreach (JsonProperty task in model.Value.EnumerateObject())
            {
                ReportedTask? read = task.Value.Deserialize<ReportedTask>(SnakeCase);
                if (read is not null) figures.Add(read with { Model = model.Name, Task = task.Name });
            }
        }
        return figures;
    }
}
