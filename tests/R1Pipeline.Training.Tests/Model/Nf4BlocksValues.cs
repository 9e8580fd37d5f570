using R1Pipeline.Training.Model;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Tests.Model;

/// <summary>A quantised tensor's values in new memory.</summary>
internal static class Nf4BlocksValues
{
    public static Tensor Dequantize(this Nf4Blocks blocks)
    {
        Tensor values = empty([.. blocks.Shape]);
        blocks.DequantizeInto(values);
        return values;
    }
}
