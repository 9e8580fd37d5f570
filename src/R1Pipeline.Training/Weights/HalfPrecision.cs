namespace R1Pipeline.Training.Weights;

/// <summary>The two 16-bit types of checkpoints to fp32 and back: widening is exact, narrowing rounds to the nearest, ties to even.</summary>
internal static class HalfPrecision
{
    /// <summary>bf16 bit patterns to fp32.</summary>
    public static void WidenBFloat16(ReadOnlySpan<ushort> source, Span<float> target)
    {
        for (int i = 0; i < source.Length; i++) target[i] = BitConverter.UInt32BitsToSingle((uint)source[i] << 16);
    }

    /// <summary>fp16 bit patterns to fp32.</summary>
    public static void WidenFloat16(ReadOnlySpan<ushort> source, Span<float> target)
    {
        for (int i = 0; i < source.Length; i++) target[i] = (float)BitConverter.UInt16BitsToHalf(source[i]);
    }

    /// <summary>fp32 to bf16 bit patterns.</summary>
    public static void NarrowBFloat16(ReadOnlySpan<float> source, Span<ushort> target)
    {
        for (int i = 0; i < source.Length; i++)
        {
            uint bits = BitConverter.SingleToUInt32Bits(source[i]);
            target[i] = float.IsNaN(source[i]) ? (ushort)((bits >> 16) | 0x40) : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
        }
    }

    /// <summary>fp32 to fp16 bit patterns; what is too large becomes infinite.</summary>
    public static void NarrowFloat16(ReadOnlySpan<float> source, Span<ushort> target)
    {
        for (int i = 0; i < source.Length; i++) target[i] = BitConverter.HalfToUInt16Bits((Half)source[i]);
    }
}
