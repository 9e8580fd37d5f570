using R1Pipeline.Training.Runtime;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Model;

/// <summary>
/// A tensor in NormalFloat4 with double quantisation (QLoRA, arXiv 2305.14314, section 3): blocks of 64 values share their largest magnitude as a scale; the scales, less
/// their mean, are 8-bit numbers in blocks of 256 that share a scale in fp32. 4 + 8/64 + 32/(64 · 256) = 4.127 bits a value. Nearest level throughout: bitsandbytes's format.
/// </summary>
internal sealed class Nf4Blocks : IDisposable
{
    /// <summary>Values that share a scale.</summary>
    public const int BlockValues = 64;

    /// <summary>Scales that share a scale of their own.</summary>
    public const int BlockScales = 256;

    private const long PieceValues = 1 << 20;

    private readonly Tensor _codes, _scaleCodes, _scaleScales, _scaleMean;

    private Nf4Blocks(long[] shape, Tensor codes, Tensor scaleCodes, Tensor scaleScales, Tensor scaleMean) =>
        (Shape, _codes, _scaleCodes, _scaleScales, _scaleMean) = (shape, Kept(codes), Kept(scaleCodes), Kept(scaleScales), Kept(scaleMean));

    /// <summary>Shape of the tensor.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>What it holds in memory.</summary>
    public long Bytes => ((Tensor[])[_codes, _scaleCodes, _scaleScales, _scaleMean]).Sum(part => part.numel() * part.element_size());

    /// <summary>Quantises fp32 values, piece by piece as they are dequantised.</summary>
    public static Nf4Blocks Of(Tensor values)
    {
        using IDisposable frozen = no_grad();
        using var scope = NewDisposeScope();
        Tensor flat = values.reshape(-1);
        long count = flat.numel(), numBlocks = (count + BlockValues - 1) / BlockValues;
        Tensor packed = empty(numBlocks * BlockValues / 2, dtype: ScalarType.Byte, device: values.device), scales = empty(numBlocks, device: values.device);
        for (long start = 0; start < count; start += PieceValues)
        {
            using var piece = NewDisposeScope();
            Tensor blocks = InBlocks(flat.narrow(0, start, Math.Min(PieceValues, count - start)), BlockValues), largest = blocks.abs().amax([1]);
            Tensor normal = blocks.div(largest.clamp_min(Number.Of(float.Epsilon)).unsqueeze(1));               // a block of zeros has the scale 0 and stays zero
            Tensor codes = Nearest(normal, Nf4Levels.Weights).view(-1, 2);
            _ = scales.narrow(0, start / BlockValues, largest.numel()).copy_(largest);
            _ = packed.narrow(0, start / 2, codes.size(0)).copy_(codes.select(1, 0).mul(Number.Of(16L)).add_(codes.select(1, 1), Number.One));
        }

        Tensor mean = scales.mean().view(1), centred = InBlocks(scales.sub(mean), BlockScales), scaleScales = centred.abs().amax([1]);
        Tensor scaleCodes = Nearest(centred.div(scaleScales.clamp_min(Number.Of(float.Epsilon)).unsqueeze(1)), Nf4Levels.Scales).view(-1).narrow(0, 0, scales.numel()).to(ScalarType.Byte);
        return new Nf4Blocks(values.shape, packed, scaleCodes, scaleScales, mean);
    }

    /// <summary>
    /// Writes the values, to the precision that is left of them, into a target of their shape that lies in one piece. The codes go through in pieces, so that nothing large is
    /// allocated: blocks of the size of a weight, taken and freed between what a tape keeps, would leave gaps in the heap of several times that size.
    /// </summary>
    public void DequantizeInto(Tensor target)
    {
        using IDisposable frozen = no_grad();
        using var scope = NewDisposeScope();
        Tensor scales = tensor(Nf4Levels.Scales, device: _codes.device).index_select(0, _scaleCodes.to(ScalarType.Int32));
        scales = InBlocks(scales, BlockScales).mul_(_scaleScales.unsqueeze(1)).view(-1).narrow(0, 0, scales.numel()).add_(_scaleMean, Number.One);
        Tensor pairs = tensor(Nf4Levels.Pairs, [256, 2], device: _codes.device), flat = target.view(-1);
        for (long start = 0, count = flat.numel(); start < count; start += PieceValues)
        {
            using var piece = NewDisposeScope();
            long length = Math.Min(PieceValues, count - start), blocks = (length + BlockValues - 1) / BlockValues;
            Tensor codes = _codes.narrow(0, start / 2, blocks * BlockValues / 2).to(ScalarType.Int32);
            Tensor values = pairs.index_select(0, codes).view(-1, BlockValues).mul_(scales.narrow(0, start / BlockValues, blocks).unsqueeze(1));
            _ = flat.narrow(0, start, length).copy_(values.view(-1).narrow(0, 0, length));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _codes.Dispose();
        _scaleCodes.Dispose();
        _scaleScales.Dispose();
        _scaleMean.Dispose();
    }

    // The last block is filled up with zeros, which no scale sees.
    private static Tensor InBlocks(Tensor flat, long size)
    {
        long missing = (size - flat.numel() % size) % size;
        return (missing == 0 ? flat : nn.functional.pad(flat, [0, missing])).view(-1, size);
    }

    private static Tensor Nearest(Tensor values, ReadOnlySpan<float> levels) => bucketize(values, tensor(Nf4Levels.Between(levels), device: values.device), true, false);

    private static Tensor Kept(Tensor part) => part.DetachFromDisposeScope();
}
