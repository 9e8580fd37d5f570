using R1Pipeline.Contracts.Randomness;
using R1Pipeline.Training.Runtime;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Model;

/// <summary>
/// Dropout of what an adapter's A matrices read: an element is zeroed with the given probability, the others are divided by what is left of it. Whether it is
/// follows from (seed, stage, step, projection, row) and the element's place in the row, so that neither a resume nor another micro-batch draws another mask.
/// One mask serves all ranges of a projection; PEFT draws one for each. Only while a tape is recorded.
/// </summary>
/// <param name="rate">The probability, below 1.</param>
/// <param name="seed">Seed of the stage.</param>
/// <param name="stage">Name of the stage.</param>
internal sealed class LoraDropout(double rate, long seed, string stage)
{
    /// <summary>Whose masks a pass takes.</summary>
    /// <param name="Step">The optimizer step.</param>
    /// <param name="Rows">A number for each row of the batch.</param>
    internal sealed record Draw(long Step, IReadOnlyList<int> Rows);

    /// <summary>Whose masks the passes from now on take.</summary>
    public Draw Current { get; set; } = new(0, []);

    /// <summary>Says whose masks the passes from now on take.</summary>
    /// <param name="step">The optimizer step.</param>
    /// <param name="rows">A number for each row of the batch that is no other row's in this step.</param>
    public void Begin(long step, IReadOnlyList<int> rows) => Current = new Draw(step, rows);

    /// <summary>x [B · T, in], of the rows that <see cref="Begin"/> named.</summary>
    /// <exception cref="InvalidOperationException">These rows were not named.</exception>
    public Tensor Apply(string projection, Tensor x)
    {
        if (!is_grad_enabled()) return x;
        (long step, IReadOnlyList<int> rows) = Current;
        if (rows.Count == 0 || x.size(0) % rows.Count != 0) throw new InvalidOperationException($"{x.size(0)} tokens of {rows.Count} named rows: nobody said whose dropout this is");
        float kept = (float)(1 / (1 - rate));
        int perRow = checked((int)(x.numel() / rows.Count));
        float[] mask = new float[x.numel()];
        for (int row = 0; row < rows.Count; row++)
        {
            var random = new RandomStream(seed, stage, step, "lora-dropout/" + projection, rows[row]);
            foreach (ref float element in mask.AsSpan(row * perRow, perRow)) element = random.NextBool(rate) ? 0 : kept;
        }

        return x.mul(tensor(mask, x.shape, device: x.device)).In(x.dtype);
    }
}
