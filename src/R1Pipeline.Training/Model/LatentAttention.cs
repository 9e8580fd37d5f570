using R1Pipeline.Training.Runtime;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace R1Pipeline.Training.Model;

/// <summary>
/// Multi-head latent attention (arXiv 2405.04434, section 2.1). The cache keeps a token's normalised latent and its one rotated key, for all heads together;
/// decoding multiplies the up-projections into query and result instead of expanding the past (the same sums in another order).
/// </summary>
internal sealed class LatentAttention : IAttention
{
    /// <summary>Epsilon of the norms on the latents; transformers does not take it from the config.</summary>
    private const double LatentNormEps = 1e-6;

    private readonly int _heads, _plain, _turning, _value, _rank, _queryRows;
    private readonly bool _interleaved;
    private readonly double _scoreScale;
    private readonly Projection _down, _keyValueUp, _output;
    private readonly Projection? _queryUp;
    private readonly Tensor _keyValueNorm;
    private readonly Tensor? _queryNorm;

    public LatentAttention(DecoderConfig config, LatentAttentionShape shape, DecoderTensors tensors, int index)
    {
        (_heads, _turning) = (config.NumHeads, config.HeadSize);
        (_plain, _value, _rank, _interleaved) = (shape.PlainSize, shape.ValueSize, shape.KeyValueRank, shape.Interleaved);
        _queryRows = shape.QueryRank ?? _heads * (_plain + _turning);
        _scoreScale = config.RopeScaling is YarnRope yarn ? yarn.ScoreScale : 1;
        _down = tensors.Projection(DecoderParameters.LatentDown(index));
        _keyValueNorm = tensors[DecoderParameters.KeyValueLatentNorm(index)];
        _keyValueUp = tensors.Projection(DecoderParameters.KeyValueUp(index));
        _output = tensors.Projection(DecoderParameters.AttentionOutput(index));
        if (shape.QueryRank is null) return;
        _queryNorm = tensors[DecoderParameters.QueryLatentNorm(index)];
        _queryUp = tensors.Projection(DecoderParameters.QueryUp(index));
    }

    /// <inheritdoc/>
    public Tensor Forward(Tensor x, Tensor cos, Tensor sin, RowSegments? segments, Action<Tensor, Tensor>? keyValues)
    {
        (long batch, long tokens) = CausalAttention.Shape(x, segments);
        Tensor[] down = _down.Apply(x).split([_queryRows, _rank, _turning], -1);
        Tensor[] queryParts = Queries(down[0]).view(batch, tokens, _heads, _plain + _turning).split([_plain, _turning], -1);
        Tensor latent = RmsNormFunction.Normalize(down[1], _keyValueNorm, LatentNormEps), turned = Rotate(down[2].view(batch, tokens, 1, _turning), cos, sin);
        keyValues?.Invoke(turned.transpose(1, 2), latent.unsqueeze(1));

        Tensor[] keyValue = _keyValueUp.Apply(latent).view(batch, tokens, _heads, _plain + _value).split([_plain, _value], -1);
        Tensor query = cat([queryParts[0], Rotate(queryParts[1], cos, sin)], -1).transpose(1, 2);
        Tensor key = cat([keyValue[0], turned.expand(-1, -1, _heads, -1)], -1).transpose(1, 2);
        if (_scoreScale != 1) query = query.mul(Number.Of(_scoreScale));
        Tensor seen = CausalAttention.Compute(query, key, Widen(keyValue[1]).transpose(1, 2), segments);
        return _output.Apply(seen.narrow(-1, 0, _value).reshape(x.size(0), x.size(1), _heads * _value));
    }

    /// <inheritdoc/>
    public Tensor Decode(Tensor x, DecodeStep step, Tensor keys, Tensor values)
    {
        long rows = x.size(0);
        Tensor[] down = _down.Apply(x).split([_queryRows, _rank, _turning], -1);
        Tensor[] queryParts = Queries(down[0]).view(rows, _heads, _plain + _turning).split([_plain, _turning], -1);
        _ = keys.view(-1, _turning).index_copy_(0, step.Slots, Rotate(down[2].unsqueeze(1), step.Cos, step.Sin).view(-1, _turning));
        _ = values.view(-1, _rank).index_copy_(0, step.Slots, RmsNormFunction.Normalize(down[1], _keyValueNorm, LatentNormEps));

        Tensor[] up = _keyValueUp.Merged().In(x.dtype).view(_heads, _plain + _value, _rank).split([_plain, _value], 1);
        Tensor turned = keys.narrow(0, 0, rows).narrow(2, 0, step.Longest).squeeze(1), latents = values.narrow(0, 0, rows).narrow(2, 0, step.Longest).squeeze(1);
        Tensor absorbed = queryParts[0].transpose(0, 1).matmul(up[0]).transpose(0, 1);                                      // [N, H, rank]
        Tensor scores = absorbed.matmul(latents.transpose(1, 2)).Wide().add_(Rotate(queryParts[1], step.Cos, step.Sin).matmul(turned.transpose(1, 2)).Wide(), Number.One);
        Tensor weights = scores.mul_(Number.Of(_scoreScale / Math.Sqrt(_plain + _turning))).add_(step.Mask.squeeze(1), Number.One).softmax(-1).In(x.dtype);
        Tensor seen = weights.matmul(latents).transpose(0, 1).matmul(up[1].transpose(1, 2));                                // [H, N, value]
        return _output.Apply(seen.transpose(0, 1).reshape(rows, _heads * _value));
    }

    // With zeros to the width of the keys: only heads of one width are computed without a [T, T] matrix a head.
    private Tensor Widen(Tensor values) => _value < _plain + _turning ? F.pad(values, [0, _plain + _turning - _value]) : values;

    private Tensor Queries(Tensor x) => _queryUp is null ? x : _queryUp.Apply(RmsNormFunction.Normalize(x, _queryNorm!, LatentNormEps));

    private Tensor Rotate(Tensor x, Tensor cos, Tensor sin) => RotaryTable.Turn(_interleaved ? Unzip(x) : x, cos, sin, _turning / 2);

    // Elements 2i and 2i + 1 are brought to i and i + half. Queries and keys both stay in that order, which their product does not see.
    private Tensor Unzip(Tensor x)
    {
        long[] shape = x.shape;
        return x.view([.. shape[..^1], _turning / 2, 2]).transpose(-1, -2).reshape(shape);
    }
}
