using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Training.Tests.Runtime;

namespace R1Pipeline.Training.Tests.Losses;

/// <summary>The shared GRPO and sampling fixtures: cases, and tensors as plain float arrays. Reads safetensors by itself, so that it does not trust the product's reader.</summary>
internal static class GrpoFixture
{
    /// <summary>Folder of a fixture set; skips the test where the shared data is absent.</summary>
    public static string Folder(string name) => SharedFixtures.Path(name);

    public static JsonElement Cases(string set) =>
        JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder(set), "cases.json"))).RootElement is { ValueKind: JsonValueKind.Object } root
            ? root.GetProperty("cases")
            : JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder(set), "cases.json"))).RootElement;

    /// <summary>Every F32 and I64 tensor of a file, flat, as floats.</summary>
    public static Dictionary<string, float[]> Tensors(string path)
    {
        byte[] file = File.ReadAllBytes(path);
        int headerLength = (int)BinaryPrimitives.ReadInt64LittleEndian(file);
        using var header = JsonDocument.Parse(file.AsMemory(8, headerLength));
        var tensors = new Dictionary<string, float[]>();
        foreach (JsonProperty entry in header.RootElement.EnumerateObject())
        {
            if (!entry.Value.TryGetProperty("dtype", out JsonElement type)) continue; // __metadata__
            int from = 8 + headerLength + entry.Value.GetProperty("data_offsets")[0].GetInt32();
            int to = 8 + headerLength + entry.Value.GetProperty("data_offsets")[1].GetInt32();
            ReadOnlySpan<byte> bytes = file.AsSpan(from, to - from);
            tensors[entry.Name] = type.GetString() == "I64"
                ? [.. MemoryMarshal.Cast<byte, long>(bytes).ToArray().Select(value => (float)value)]
                : MemoryMarshal.Cast<byte, float>(bytes).ToArray();
        }
        return tensors;
    }

    /// <summary>The options of a case, or why they cannot be said with <see cref="GrpoOptions"/>.</summary>
    public static (GrpoOptions? Options, string? Refusal) OptionsOf(JsonElement options)
    {
        string Text(string name) => options.GetProperty(name).GetString()!;
        bool IsSet(string name) => options.GetProperty(name).ValueKind != JsonValueKind.Null;
        if (Text("advantage") != "group_normalized") return (null, $"advantage {Text("advantage")}");
        if (Text("ratio_level") != "token") return (null, "sequence-level ratio (GSPO)");
        if (Text("objective") != "clip") return (null, "CISPO");
        if (IsSet("tis")) return (null, "truncated importance sampling");
        if (IsSet("ratio_cap")) return (null, "ratio cap");
        if (Text("row_denominator") != "all_rows") return (null, "mean over the rows that have a token");
        return (new ReasoningRlOptions
        {
            AdvantageScale = Enum.Parse<AdvantageScale>(Text("std_scale"), ignoreCase: true),
            AdvantageStdDdof = options.GetProperty("std_ddof").GetInt32(),
            AdvantageStd = StdFloorMode.Eps,
            AdvantageStdValue = options.GetProperty("std_eps").GetDouble(),
            ClipEpsilon = options.GetProperty("clip_low").GetDouble(),
            ClipEpsilonHigh = options.GetProperty("clip_high").GetDouble(),
            KlWeight = options.GetProperty("beta").GetDouble(),
            KlEstimator = Enum.Parse<KlEstimator>(Text("kl_estimator"), ignoreCase: true),
            Aggregation = Enum.Parse<LossAggregation>(Text("aggregation").Replace("_", ""), ignoreCase: true),
            MaxNewTokens = IsSet("max_completion_length") ? options.GetProperty("max_completion_length").GetInt32() : 1,
        }, null);
    }
}
