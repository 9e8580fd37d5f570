using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Safetensors;
using R1Pipeline.Training.Model;

namespace R1Pipeline.Training.Weights;

/// <summary>Which projections an adapter adapts: those whose module in the Hugging Face model has one of the given names, as PEFT's <c>target_modules</c>.</summary>
internal static class LoraTargets
{
    private const string Suffix = "_proj.weight", SuffixOfLatents = "_proj_with_mqa.weight";

    /// <summary>The rows of the parameters that are adapted, in storage order.</summary>
    /// <param name="config">The model.</param>
    /// <param name="names">Names of modules (<c>q_proj</c>); null: every projection of attention and feed-forward.</param>
    /// <param name="where">Where the names stand, for the message.</param>
    /// <exception cref="StageFailedException">UserData: the model has no module of a name.</exception>
    public static IReadOnlyList<WeightSlice> Of(DecoderConfig config, IReadOnlyList<string>? names, string where)
    {
        List<WeightSlice> projections = [.. WeightMap.Slices(config, DecoderHead.Vocabulary).Where(IsProjection)];
        HashSet<string> known = [.. projections.Select(NameOf)];
        if (names?.FirstOrDefault(name => !known.Contains(name)) is { } unknown)
        {
            throw new StageFailedException(
                StageFailureClass.UserData, $"{where} names {ModelJson.Shown(unknown)}, which a {config.Family} model of this config.json does not have; accepted: {string.Join(", ", known.Order(StringComparer.Ordinal))}");
        }

        // Rows of one parameter stand together and in their order, whatever order their names are mapped in.
        return [.. projections.Where(slice => names?.Contains(NameOf(slice)) ?? true).GroupBy(slice => slice.Parameter).SelectMany(slices => slices.OrderBy(slice => slice.FirstRow))];
    }

    /// <summary>The module in the Hugging Face model: <c>model.layers.0.self_attn.q_proj</c>.</summary>
    public static string ModuleOf(WeightSlice projection) => projection.ForeignName[..projection.ForeignName.LastIndexOf('.')];

    /// <summary>The last part of the module's name.</summary>
    public static string NameOf(WeightSlice projection) => ModuleOf(projection)[(ModuleOf(projection).LastIndexOf('.') + 1)..];

    private static bool IsProjection(WeightSlice slice) =>
        slice.ForeignName.EndsWith(Suffix, StringComparison.Ordinal) || slice.ForeignName.EndsWith(SuffixOfLatents, StringComparison.Ordinal);
}
