using System.Text.Json.Nodes;
using R1Pipeline.Contracts.Randomness;

namespace R1Pipeline.Training.Tests.MalformedModels;

/// <summary>Configurations that are missing, unreadable, impossible, of another architecture, or far larger than the weights beside them.</summary>
internal static class ConfigDamage
{
    private const string FileName = "config.json", Generation = "generation_config.json";

    public static IEnumerable<MalformedModel> All()
    {
        yield return new("config/missing", ValidModels.Qwen2, FileName, (string directory, ref RandomStream _) => File.Delete(Path.Combine(directory, FileName)));
        yield return Whole("empty", (_, _) => "");
        yield return Whole("a-list", (_, _) => "[]");
        yield return Whole("cut", (text, cut) => text[..(1 + cut % (text.Length - 4))]);
        yield return Whole("of-17-megabytes", (text, _) => text + new string('\n', 17 << 20));
        yield return Whole("nested-deeply", (_, _) => string.Concat(Enumerable.Repeat("{\"a\":", 50_000)));
        yield return Whole("half-a-surrogate", (text, _) => text.Replace("\"silu\"", "\"\\udc00\"", StringComparison.Ordinal));

        yield return new("config/generation-cut", ValidModels.Qwen2, Generation, (string directory, ref RandomStream _) => File.WriteAllText(Path.Combine(directory, Generation), "{\"eos_token_id\": "));
        yield return new("config/generation-end-token-a-text", ValidModels.Qwen2, Generation, (string directory, ref RandomStream _) => File.WriteAllText(Path.Combine(directory, Generation), "{\"eos_token_id\": \"<eos>\"}"));

        foreach (string key in (string[])["bos_token_id", "eos_token_id", "pad_token_id"])
        {
            yield return Set($"{key}-beyond-the-vocabulary", ValidModels.Qwen2, key, 100_000);
            yield return Set($"{key}-a-fraction", ValidModels.Qwen3Half, key, 1.5);
            yield return Set($"{key}-a-flag", ValidModels.Qwen2, key, true);
            yield return GenerationSet($"{key}-beyond-the-vocabulary", key, 100_000);
            yield return GenerationSet($"{key}-of-several-beyond-the-vocabulary", key, new JsonArray(1, 100_000));
            yield return GenerationSet($"{key}-a-fraction", key, 2.5);
            yield return GenerationSet($"{key}-beyond-integers", key, 1L << 31);
        }

        foreach (var (name, value) in (IEnumerable<(string, JsonNode)>)[("a-float", JsonNode.Parse("2.0")!), ("a-fraction", 2.5), ("a-flag", true), ("a-list", new JsonArray(2)), ("beyond-doubles", JsonNode.Parse("1e400")!)])
        {
            yield return Set($"layers-{name}", ValidModels.Qwen2, "num_hidden_layers", value);
            yield return Set($"heads-{name}", ValidModels.LlamaShards, "num_attention_heads", value);
        }

        yield return Set("tied-embeddings-a-number", ValidModels.Qwen2, "tie_word_embeddings", 1);
        yield return Set("tied-embeddings-a-text", ValidModels.Qwen2, "tie_word_embeddings", "true");
        yield return Set("epsilon-a-flag", ValidModels.Qwen2, "rms_norm_eps", true);
        yield return Set("epsilon-beyond-doubles", ValidModels.Qwen2, "rms_norm_eps", JsonNode.Parse("1e400")!);
        yield return Set("experts-normalized-a-number", ValidModels.Deepseek, "norm_topk_prob", 1);
        yield return Whole("with-a-byte-order-mark-only", (_, _) => "\ufeff");
        yield return Whole("with-a-nul", (text, _) => text.Replace("\"silu\"", "\"silu\0\"", StringComparison.Ordinal));
        yield return Whole("key-twice", (text, _) => text.TrimStart().Insert(1, "\"vocab_size\": 7, "));
        yield return Whole("not-a-number", (text, _) => text.TrimStart().Insert(1, "\"initializer_range\": NaN, "));
        yield return Whole("with-a-comment", (text, _) => "// a comment\n" + text);
        yield return Whole("with-something-behind", (text, _) => text + "{}");

        foreach (string key in (string[])["hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size", "vocab_size", "max_position_embeddings"])
        {
            yield return Set($"{key}-missing", ValidModels.Qwen2, key, null);
            yield return Set($"{key}-zero", ValidModels.Qwen3Half, key, 0);
            yield return Set($"{key}-a-text", ValidModels.Deepseek, key, "64");
            if (key != "max_position_embeddings") yield return Set($"{key}-huge", ValidModels.Deepseek, key, int.MaxValue);
        }

        yield return Set("vocab-of-two-billion", ValidModels.Qwen2, "vocab_size", int.MaxValue);
        yield return Set("vocab-beyond-integers", ValidModels.Qwen2, "vocab_size", 1e30);
        yield return Set("heads-that-do-not-divide", ValidModels.Qwen2, "num_key_value_heads", 3);
        yield return Set("head-of-odd-width", ValidModels.Qwen2, "head_dim", 7);
        yield return Set("model-type-unknown", ValidModels.Qwen2, "model_type", "gpt_neox");
        yield return Set("model-type-a-number", ValidModels.Qwen2, "model_type", 2);
        yield return Set("architecture-of-another-family", ValidModels.Qwen2, "architectures", new JsonArray("LlamaForCausalLM"));
        yield return Set("family-of-other-weights", ValidModels.Qwen3Half, "architectures", null, ("model_type", "llama"));
        yield return Set("sliding-window", ValidModels.Qwen2, "use_sliding_window", true);
        yield return Set("activation-unknown", ValidModels.Qwen2, "hidden_act", "relu2");
        yield return Set("quantized", ValidModels.Qwen2, "quantization_config", new JsonObject { ["quant_method"] = "fp8" });
        yield return Set("rope-unknown", ValidModels.LlamaShards, "rope_scaling", new JsonObject { ["rope_type"] = "su", ["factor"] = 4 });
        yield return Set("rope-key-of-several-lines", ValidModels.LlamaShards, "rope_scaling", new JsonObject { ["rope_type"] = "linear", ["factor"] = 2, ["a\n\u001b[2J"] = 1 });
        yield return Set("rope-key-of-a-megabyte", ValidModels.LlamaShards, "rope_scaling", new JsonObject { ["rope_type"] = "linear", ["factor"] = 2, [new string('x', 1 << 20)] = 1 });
        yield return Set("rope-a-list", ValidModels.LlamaShards, "rope_scaling", new JsonArray(1));
        yield return Set("rope-factor-below-one", ValidModels.LlamaShards, "rope_scaling", new JsonObject { ["rope_type"] = "linear", ["factor"] = 0.5 });
        yield return Set("rope-context-beyond-32-bits", ValidModels.LlamaShards, "rope_scaling", new JsonObject { ["rope_type"] = "dynamic", ["factor"] = 1e9 });
        yield return Set("rope-base-beyond-fp32", ValidModels.Qwen2, "rope_theta", 1e308);
        yield return Set("rope-base-zero", ValidModels.Qwen2, "rope_theta", 0);
        yield return Set("rope-base-negative", ValidModels.Qwen2, "rope_theta", -10000);
        yield return Set("rope-base-a-text", ValidModels.Qwen2, "rope_theta", "NaN");
        yield return Set("epsilon-beyond-fp32", ValidModels.Qwen2, "rms_norm_eps", 1e300);
        yield return Set("epsilon-below-fp32", ValidModels.Qwen2, "rms_norm_eps", 1e-60);
        yield return Set("epsilon-of-one", ValidModels.Qwen2, "rms_norm_eps", 1);
        yield return Set("epsilon-negative", ValidModels.Qwen2, "rms_norm_eps", -1e-6);
        yield return Yarn("factor-beyond-fp32", "factor", 1e300);
        yield return Yarn("attention-zero", "attention_factor", 0);
        yield return Yarn("attention-negative", "attention_factor", -1);
        yield return Yarn("ramp-inverted", "beta_fast", 0.5);
        yield return Yarn("temperature-negative", "mscale_all_dim", -10);
        yield return Set("rope-frequencies-inverted", ValidModels.LlamaShards, "rope_scaling", new JsonObject { ["rope_type"] = "llama3", ["factor"] = 8, ["original_max_position_embeddings"] = 16, ["low_freq_factor"] = 4, ["high_freq_factor"] = 1 });
        yield return Set("experts-scale-beyond-fp32", ValidModels.Deepseek, "routed_scaling_factor", 1e308);
        yield return Set("experts-huge", ValidModels.Deepseek, "n_routed_experts", int.MaxValue - 1);
        yield return Set("experts-in-no-groups", ValidModels.Deepseek, "n_group", 3);
        yield return Set("experts-chosen-too-many", ValidModels.Deepseek, "num_experts_per_tok", 5);
        yield return Set("latent-huge", ValidModels.Deepseek, "kv_lora_rank", int.MaxValue);
    }

    private static MalformedModel Yarn(string name, string key, double value) => Set($"yarn-{name}", ValidModels.Deepseek, "rope_scaling", new JsonObject
    {
        ["rope_type"] = "yarn",
        ["factor"] = 4,
        ["original_max_position_embeddings"] = 16,
        ["beta_fast"] = 32,
        ["beta_slow"] = 1,
        [key] = value,
    });

    private static MalformedModel GenerationSet(string name, string key, JsonNode value) => new($"config/generation-{name}", ValidModels.Qwen2, Generation, (string directory, ref RandomStream _) =>
        File.WriteAllText(Path.Combine(directory, Generation), new JsonObject { [key] = value.DeepClone() }.ToJsonString()));

    private static MalformedModel Set(string name, string model, string key, JsonNode? value, params (string Key, string Value)[] more) => new($"config/{name}", model, FileName, (string directory, ref RandomStream _) =>
    {
        string path = Path.Combine(directory, FileName);
        JsonObject config = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        config[key] = value?.DeepClone();
        foreach (var (other, text) in more) config[other] = text;
        File.WriteAllText(path, config.ToJsonString());
    });

    private static MalformedModel Whole(string name, Func<string, int, string> change) => new($"config/{name}", ValidModels.Qwen2, FileName, (string directory, ref RandomStream random) =>
    {
        string path = Path.Combine(directory, FileName);
        File.WriteAllText(path, change(File.ReadAllText(path), random.NextInt(int.MaxValue)));
    });
}
