using R1Pipeline.Training.Runtime;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Model;

/// <summary>Attention whose query heads share key-value heads in groups; with a bias (Qwen2) or with norms on query and key heads (Qwen3) where the model has them.</summary>
internal sealed class GroupedQueryAttention(DecoderConfig config, DecoderTensors tensors, int index) : IAttention
{
    private readonly int _heads = config.NumHeads, _kvHeads = config.NumKvHeads, _headSize = config.HeadSize;
    private readonly double _eps = config.RmsNormEps;
    private readonly Projection _qkv = tensors.Projection(DecoderParameters.QkvWeight(index), config.HasQkvBias ? DecoderParameters.QkvBias(index) : null);
    private readonly Tensor? _queryNorm = config.HasHeadNorms ? tensors[DecoderParameters.QueryNorm(index)] : null;
    private readonly Tensor? _keyNorm = config.HasHeadNorms ? tensors[DecoderParameters.KeyNorm(index)] : null;
    private readonly Projection _output = tensors.Projection(DecoderParameters.AttentionOutput(index));

    private int Groups => _heads / _kvHeads;

    /// <inheritdoc/>
    public Tensor Forward(Tensor x, Tensor cos, Tensor sin, RowSegments? segments, Action<Tensor, Tensor>? keyValues)
    {
        (long batch, long tokens) = CausalAttention.Shape(x, segments);
        Tensor qkv = _qkv.Apply(x).view(batch, tokens, _heads + 2 * _kvHeads, _headSize);
        Tensor[] parts = qkv.split([_heads + _kvHeads, _kvHeads], 2);
        Tensor rotated = Rotate(parts[0], cos, sin);
        Tensor[] queryKey = rotated.split([_heads, _kvHeads], 2);
        Tensor query = queryKey[0].transpose(1, 2), key = queryKey[1].transpose(1, 2), value = parts[1].transpose(1, 2);
        keyValues?.Invoke(key, value);
        Tensor seen = CausalAttention.Compute(query, Repeat(key), Repeat(value), segments);
        return _output.Apply(seen.reshape(x.size(0), x.size(1), _heads * _headSize));
    }

    /// <inheritdoc/>
    public Tensor Decode(Tensor x, DecodeStep step, Tensor keys, Tensor values)
    {
        long rows = x.size(0);
        Tensor qkv = _qkv.Apply(x);
        Tensor rotated = Rotate(qkv.narrow(1, 0, (_heads + _kvHeads) * _headSize).view(rows, _heads + _kvHeads, _headSize), step.Cos, step.Sin);
        _ = keys.view(-1, _headSize).index_copy_(0, step.Slots, rotated.narrow(1, _heads, _kvHeads).reshape(-1, _headSize));
        _ = values.view(-1, _headSize).index_copy_(0, step.Slots, qkv.narrow(1, (_heads + _kvHeads) * _headSize, _kvHeads * _headSize).reshape(-1, _headSize));

        // The queries of a group stand side by side as the query axis, so keys and values are used as they lie in the cache.
        Tensor query = rotated.narrow(1, 0, _heads).reshape(rows, _kvHeads, Groups, _headSize);
        Tensor past = keys.narrow(0, 0, rows).narrow(2, 0, step.Longest);
        Tensor scores = query.matmul(past.transpose(2, 3)).Wide().mul_(Number.Of(1 / Math.Sqrt(_headSize))).add_(step.Mask, Number.One).softmax(-1).In(x.dtype);
        Tensor seen = scores.matmul(values.narrow(0, 0, rows).narrow(2, 0, step.Longest)).view(rows, _heads * _headSize);
        return _output.Apply(seen);
    }

    // Query and key heads [.., H + K, hd], in one go.
    private Tensor Rotate(Tensor x, Tensor cos, Tensor sin)
    {
        if (_queryNorm is not null)
            x = cat([RmsNormFunction.Normalize(x.narrow(-2, 0, _heads), _queryNorm, _eps), RmsNormFunction.Normalize(x.narrow(-2, _heads, _kvHeads), _keyNorm!, _eps)], -2);
        return RotaryTable.Turn(x, cos, sin, _headSize / 2);
    }

    // [B, K, T, hd] -> [B, H, T, hd]: query head h reads key-value head h / groups.
    private Tensor Repeat(Tensor x) => Groups == 1
        ? x
        : x.unsqueeze(2).expand(-1, -1, Groups, -1, -1).reshape(x.size(0), _heads, x.size(2), _headSize);
}
