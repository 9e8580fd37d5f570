using System.Text.Json.Nodes;

namespace R1Pipeline.Training.Model;

/// <summary>
/// The rotary embedding in <c>config.json</c>: <c>rope_theta</c> with <c>rope_scaling</c>, or both in <c>rope_parameters</c> as newer files have it. Refuses
/// an unknown type, and any key that the type does not know.
/// </summary>
internal static class RopeKeys
{
    private const double DefaultTheta = 10000;

    private const string TurningShare = "partial_rotary_factor";

    private static readonly string[] OfEveryType = ["rope_type", "type", "rope_theta", TurningShare];

    /// <summary>The base and the stretch, with the longest context that they carry.</summary>
    public static (double Theta, RopeScaling? Scaling, int ContextTokens) Read(ConfigKeys keys)
    {
        int context = keys.Size("max_position_embeddings");
        ConfigKeys? rope = keys.Inside("rope_parameters") ?? keys.Inside("rope_scaling");
        double theta = rope?.Find("rope_theta") is null ? keys.PositiveOr("rope_theta", DefaultTheta) : rope.Value.Positive("rope_theta");
        RopeScaling? scaling = rope is null ? null : Read(rope.Value, context);
        return (theta, scaling, scaling switch
        {
            LinearRope linear => Stretched(rope!.Value, linear.Factor, linear.OriginalContext),
            DynamicRope dynamic => Stretched(rope!.Value, dynamic.Factor, dynamic.OriginalContext),
            YarnRope yarn => Math.Max(context, Stretched(rope!.Value, yarn.Factor, yarn.OriginalContext)),
            _ => context,
        });
    }

    /// <summary>Sets the keys that <see cref="Read(ConfigKeys)"/> reads.</summary>
    public static void Write(JsonObject json, DecoderConfig config)
    {
        json["rope_theta"] = config.RopeTheta;
        json["max_position_embeddings"] = config.RopeScaling switch
        {
            LinearRope linear => linear.OriginalContext,
            DynamicRope dynamic => dynamic.OriginalContext,
            _ => config.ContextTokens,
        };
        json["rope_scaling"] = config.RopeScaling switch
        {
            null => null,
            LinearRope linear => new JsonObject { ["factor"] = PythonFloat.Of(linear.Factor), ["rope_type"] = "linear" },
            DynamicRope dynamic => new JsonObject { ["factor"] = PythonFloat.Of(dynamic.Factor), ["rope_type"] = "dynamic" },
            YarnRope yarn => Yarn(yarn),
            Llama3Rope llama => new JsonObject
            {
                ["factor"] = PythonFloat.Of(llama.Factor),
                ["high_freq_factor"] = PythonFloat.Of(llama.HighFrequencyFactor),
                ["low_freq_factor"] = PythonFloat.Of(llama.LowFrequencyFactor),
                ["original_max_position_embeddings"] = llama.OriginalContext,
                ["rope_type"] = "llama3",
            },
            _ => throw new InvalidOperationException($"no keys for {config.RopeScaling.GetType().Name}"),
        };
    }

    private static RopeScaling? Read(ConfigKeys rope, int context)
    {
        string type = rope.OptionalText("rope_type") ?? rope.OptionalText("type") ?? "default";
        switch (type)
        {
            case "default":
                Allow(rope, type);
                return null;
            case "linear":
                // The original context is there for its readers; the positions are divided by the factor alone.
                Allow(rope, type, "factor", "original_max_position_embeddings");
                return new LinearRope(Factor(rope), context);
            case "dynamic":
                Allow(rope, type, "factor");
                return new DynamicRope(Factor(rope), context);
            case "yarn":
                Allow(rope, type, "factor", "original_max_position_embeddings", "beta_fast", "beta_slow", "attention_factor", "mscale", "mscale_all_dim", "truncate");
                if (!rope.BooleanOr("truncate", true)) throw rope.Wrong("truncate", "accepted: true, the ramp between the frequencies begins and ends at whole pairs");
                return Yarn(rope, context);
            case "llama3":
                Allow(rope, type, "factor", "original_max_position_embeddings", "low_freq_factor", "high_freq_factor");
                return Llama3(rope);
            default:
                throw rope.Wrong(rope.Find("rope_type") is null ? "type" : "rope_type", "accepted: \"default\", \"linear\", \"dynamic\", \"yarn\", \"llama3\"");
        }
    }

    private static YarnRope Yarn(ConfigKeys rope, int context)
    {
        double fast = rope.PositiveOr("beta_fast", 32), slow = rope.PositiveOr("beta_slow", 1);
        if (fast < slow) throw rope.Wrong("beta_fast", $"at least beta_slow {slow} is expected");
        return new YarnRope(
            Factor(rope), rope.OptionalSize("original_max_position_embeddings") ?? context, fast, slow,
            rope.OptionalPositive("attention_factor"), Weight(rope, "mscale"), Weight(rope, "mscale_all_dim"));
    }

    private static double? Weight(ConfigKeys rope, string key) => rope.OptionalNumber(key) is not < 0 ? rope.OptionalNumber(key) : throw rope.Wrong(key, "at least 0 is expected");

    private static Llama3Rope Llama3(ConfigKeys rope)
    {
        double low = rope.Positive("low_freq_factor"), high = rope.Positive("high_freq_factor");
        return high > low
            ? new Llama3Rope(Factor(rope), rope.Size("original_max_position_embeddings"), low, high)
            : throw rope.Wrong("high_freq_factor", $"more than low_freq_factor {low} is expected");
    }

    private static JsonObject Yarn(YarnRope yarn)
    {
        var json = new JsonObject { ["beta_fast"] = PythonFloat.Of(yarn.BetaFast), ["beta_slow"] = PythonFloat.Of(yarn.BetaSlow), ["factor"] = PythonFloat.Of(yarn.Factor) };
        if (yarn.AttentionFactor is { } attention) json["attention_factor"] = PythonFloat.Of(attention);
        if (yarn.Mscale is { } mscale) json["mscale"] = PythonFloat.Of(mscale);
        if (yarn.MscaleAllDim is { } all) json["mscale_all_dim"] = PythonFloat.Of(all);
        json["original_max_position_embeddings"] = yarn.OriginalContext;
        json["rope_type"] = "yarn";
        return json;
    }

    private static double Factor(ConfigKeys rope) => rope.Positive("factor") is >= 1 and var factor ? factor : throw rope.Wrong("factor", "at least 1 is expected");

    private static int Stretched(ConfigKeys rope, double factor, int context) => factor * context <= int.MaxValue
        ? (int)(factor * context)
        : throw rope.Wrong("factor", $"times the context of {context} tokens, at most {int.MaxValue} are expected");

    private static void Allow(ConfigKeys rope, string type, params string[] known)
    {
        if (rope.OptionalNumber(TurningShare) is not (null or 1)) throw rope.Wrong(TurningShare, "accepted: 1, the whole head turns here");
        if (rope.Names.Except(OfEveryType).Except(known).FirstOrDefault() is { } stray) throw rope.Wrong(stray, $"rope type {type} has no such key here");
    }
}
