using R1Pipeline.Training.Runtime;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Model;

/// <summary>
/// Cosines and signed sines of the rotary embedding (element i turns with element i + hd/2), grown on demand. The sign of the half-split rotation
/// lies in the sine table: x' = x · cos + roll(x, hd/2) · sin.
/// </summary>
internal sealed class RotaryTable(RotaryFrequencies frequencies, Placement placement) : IDisposable
{
    private int _length, _key;

    /// <summary>[length, hd].</summary>
    public Tensor? Cos { get; private set; }

    /// <summary>[length, hd], negative in the first half.</summary>
    public Tensor? Sin { get; private set; }

    /// <summary>x' of x [.., hd], turned in fp32; cos and sin broadcast to it.</summary>
    public static Tensor Turn(Tensor x, Tensor cos, Tensor sin, int half)
    {
        Tensor wide = x.Wide();
        return addcmul(wide.mul(cos), wide.roll(half, -1), sin, Number.One).In(x.dtype);
    }

    /// <summary>Makes positions 0 to <paramref name="length"/> - 1 available, as they are in a sequence of that length.</summary>
    public void Reserve(int length)
    {
        int key = frequencies.KeyOf(length);
        if (length <= _length && key == _key) return;
        float[] turns = frequencies.For(length);
        double scale = frequencies.TableScale;
        int half = turns.Length, width = frequencies.Size;
        if (key == _key) length = Math.Max(length, 2 * _length);
        float[] cos = new float[length * width], sin = new float[length * width];
        for (int i = 0; i < half; i++)
        {
            for (int position = 0; position < length; position++)
            {
                float angle = position * turns[i];                  // fp32, as transformers computes it
                int first = position * width + i, second = first + half;
                cos[first] = cos[second] = (float)(Math.Cos(angle) * scale);
                sin[second] = (float)(Math.Sin(angle) * scale);
                sin[first] = -sin[second];
            }
        }

        Dispose();
        Cos = placement.Of(cos, length, width).DetachFromDisposeScope();
        Sin = placement.Of(sin, length, width).DetachFromDisposeScope();
        (_length, _key) = (length, key);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Cos?.Dispose();
        Sin?.Dispose();
    }
}
