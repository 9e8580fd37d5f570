using System.Text.Json;

namespace R1Pipeline.Training.Model;

/// <summary>Keys of <c>config.json</c> that would change the numbers in a way that is not computed here, and the only value of each that is accepted beside none.</summary>
internal static class UnsupportedKeys
{
    private static readonly (string Key, Func<JsonElement, bool> IsAccepted, string Expected)[] Everywhere =
    [
        ("hidden_act", value => Is(value, "silu"), "accepted: \"silu\""),
        ("attention_bias", IsFalse, "a bias in the attention of this family is not supported"),
        ("mlp_bias", IsFalse, "a bias in the feed-forward is not supported"),
        ("use_sliding_window", IsFalse, "sliding-window attention is not supported"),
        ("layer_types", IsFullAttention, "accepted: \"full_attention\" in every layer"),
        ("attention_dropout", value => Is(value, 0), "accepted: 0, dropout is not supported"),
        ("partial_rotary_factor", value => Is(value, 1), "accepted: 1"),
        ("quantization_config", _ => false, "quantized weights are not read: bring the model in BF16, FP16 or FP32 (for its FP8 DeepSeek publishes the converter fp8_cast_bf16.py)"),
    ];

    private static readonly (string Key, Func<JsonElement, bool> IsAccepted, string Expected)[] OfDeepseekV3 =
    [
        ("scoring_func", value => Is(value, "sigmoid"), "accepted: \"sigmoid\""),
        ("topk_method", value => Is(value, "noaux_tc"), "accepted: \"noaux_tc\""),
        ("moe_layer_freq", value => Is(value, 1), "accepted: 1"),
    ];

    /// <summary>Refuses the first such key.</summary>
    public static void Refuse(ConfigKeys keys, DecoderFamily family)
    {
        foreach (var (key, isAccepted, expected) in family == DecoderFamily.DeepseekV3 ? [.. Everywhere, .. OfDeepseekV3] : Everywhere)
        {
            if (keys.Find(key) is { } value && !isAccepted(value)) throw keys.Wrong(key, expected);
        }
    }

    private static bool Is(JsonElement value, string text) => value.ValueKind == JsonValueKind.String && value.GetString() == text;

    private static bool Is(JsonElement value, double number) => value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double found) && found == number;

    private static bool IsFalse(JsonElement value) => value.ValueKind == JsonValueKind.False;

    private static bool IsFullAttention(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(layer => Is(layer, "full_attention"));
}
