using R1Pipeline.Training.Model;

namespace R1Pipeline.Training.Weights;

/// <summary>PEFT's names of an adapter's matrices, and which rows of its stacked A and B they are.</summary>
internal static class PeftWeightMap
{
    private const string Prefix = "base_model.model.";

    /// <summary>All matrices, in storage order.</summary>
    public static IEnumerable<WeightSlice> Slices(LoraAdapter adapter)
    {
        long rank = adapter.Options.Rank;
        foreach (IGrouping<string, WeightSlice> projection in adapter.Targets.GroupBy(target => target.Parameter))
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
    }
}
