using R1Pipeline.Training.Model;

namespace R1Pipeline.Training.Weights;

/// <summary>PEFT's names of an adapter's matrices, and which rows of its stacked A and B they are.</summary>
internal static class PeftWeightMap
{
    private const string Prefix = "base_model.model.";

    /// <summary>All matrices of an adapter, in storage order.</summary>
    public static IEnumerable<WeightSlice> Slices(LoraAdapter adapter) => Slices(adapter.Targets, adapter.Options.Rank, adapter.ScoreWidth);

    /// <summary>All matrices of an adapter of these targets, in storage order, and of the score head where it has one.</summary>
    public static IEnumerable<WeightSlice> Slices(IReadOnlyList<WeightSlice> targets, long rank, long? scoreWidth)
    {
        foreach (IGrouping<string, WeightSlice> projection in targets.GroupBy(target => target.Parameter))
        {
            long row = 0;
            foreach (WeightSlice target in projection)
            {
                yield return new($"{Prefix}{LoraTargets.ModuleOf(target)}.lora_A.weight", LoraAdapter.NameOfA(projection.Key), row, rank, target.Shape[1]);
                row += rank;
            }

            row = 0;
            foreach (WeightSlice target in projection)
            {
                yield return new($"{Prefix}{LoraTargets.ModuleOf(target)}.lora_B.weight", LoraAdapter.NameOfB(projection.Key), row, target.Shape[0], rank);
                row += target.Shape[0];
            }
        }

        if (scoreWidth is { } width) yield return new($"{Prefix}score.weight", DecoderParameters.Score, 0, 1, width);
    }
}
