using static TorchSharp.torch;

namespace R1Pipeline.Training.Model;

/// <summary>
/// Cosines and signed sines of the rotary embedding (element i turns with element i + hd/2), grown on demand. The sign of the half-split rotation
/// lies in the sine table: x' = x · cos + roll(x, hd/2) · sin.
/// </summary>
internal sealed class RotaryTable(int headSize, double theta) : IDisposable
{
    private int _length;

    /// <summary>[length, hd].</summary>
    public Tensor? Cos { get; private set; }

    /// <summary>[length, hd], negative in the first half.</summary>
    public Tensor? Sin { get; private set; }

    /// <summary>Makes positions 0 to <paramref name="length"/> - 1 available.</summary>
    public void Reserve(int length)
    {
        if (length <= _length) return;
        int half = headSize / 2;
        length = Math.Max(length, 2 * _length);
        float[] cos = new float[length * headSize], sin = new float[length * headSize];
        for (int i = 0; i < half; i++)
        {
            float frequency = (float)(1 / Math.Pow(theta, 2.0 * i / headSize));
            for (int position = 0; position < length; position++)
            {
                float angle = position * frequency;                 // fp32, as transformers computes it
                int first = position * headSize + i, second = first + half;
                cos[first] = cos[second] = (float)Math.Cos(angle);
                sin[second] = (float)Math.Sin(angle);
                sin[first] = -sin[second];
            }
        }

        Dispose();
        Cos = tensor(cos, [length, headSize]).DetachFromDisposeScope();
        Sin = tensor(sin, [length, headSize]).DetachFromDisposeScope();
        _length = length;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Cos?.Dispose();
        Sin?.Dispose();
    }
}
