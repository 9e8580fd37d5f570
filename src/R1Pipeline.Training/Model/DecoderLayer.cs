using R1Pipeline.Training.Optimization;
using R1Pipeline.Training.Runtime;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace R1Pipeline.Training.Model;

/// <summary>
/// One decoder layer: x + attention(norm(x)), then x + mlp(norm(x)). Two forms of the same arithmetic on the same weights: <see cref="Forward"/> over whole
/// sequences (on the tape when one is recorded) and <see cref="Decode"/> over one token a row against the cache (never on the tape, in place where it may).
/// </summary>
internal sealed class DecoderLayer(DecoderConfig config, FlatParameters parameters, int index)
{
    private readonly int _heads = config.NumHeads, _kvHeads = config.NumKvHeads, _headSize = config.HeadSize;
    private readonly double _eps = config.RmsNormEps;
    private readonly Tensor _attentionNorm = parameters[DecoderParameters.AttentionNorm(index)];
    private readonly Tensor _qkvWeight = parameters[DecoderParameters.QkvWeight(index)];
    private readonly Tensor _qkvBias = parameters[DecoderParameters.QkvBias(index)];
    private readonly Tensor _attentionOutput = parameters[DecoderParameters.AttentionOutput(index)];
    private readonly Tensor _mlpNorm = parameters[DecoderParameters.MlpNorm(index)];
    private readonly Tensor _gateUp = parameters[DecoderParameters.GateUp(index)];
    private readonly Tensor _down = parameters[DecoderParameters.Down(index)];

    private int Groups => _heads / _kvHeads;

    /// <summary>
    /// x [B, T, D] -> [B, T, D]. cos, sin broadcast to [B, T, heads, hd]; mask null is causal, else boolean, broadcast to [B, H, T, T], true = seen.
    /// keyValues receives the unrepeated keys and values, [B, K, T, hd] each.
    /// </summary>
    public Tensor Forward(Tensor x, Tensor cos, Tensor sin, Tensor? mask, Action<Tensor, Tensor>? keyValues = null)
    {
        long batch = x.size(0), tokens = x.size(1);
        Tensor qkv = F.linear(RmsNormFunction.Normalize(x, _attentionNorm, _eps), _qkvWeight, _qkvBias).view(batch, tokens, _heads + 2 * _kvHeads, _headSize);
        Tensor[] parts = qkv.split([_heads + _kvHeads, _kvHeads], 2);
        Tensor rotated = Rotate(parts[0], cos, sin);
        Tensor[] queryKey = rotated.split([_heads, _kvHeads], 2);
        Tensor query = queryKey[0].transpose(1, 2), key = queryKey[1].transpose(1, 2), value = parts[1].transpose(1, 2);
        keyValues?.Invoke(key, value);
        Tensor seen = F.scaled_dot_product_attention(query, Repeat(key), Repeat(value), mask, is_casual: mask is null);
        Tensor y = x.add(F.linear(seen.transpose(1, 2).reshape(batch, tokens, _heads * _headSize), _attentionOutput), Number.One);
        Tensor[] gateUp = F.linear(RmsNormFunction.Normalize(y, _mlpNorm, _eps), _gateUp).chunk(2, -1);
        return y.add(F.linear(gateUp[0].silu().mul(gateUp[1]), _down), Number.One);
    }

    /// <summary>x [N, D], one token of rows 0 to N - 1, changed in place. Writes keys and values at <see cref="DecodeStep.Slots"/>, then attends to the row's own past.</summary>
    public void Decode(Tensor x, DecodeStep step, Tensor keys, Tensor values)
    {
        long rows = x.size(0);
        Tensor qkv = F.linear(RmsNormFunction.Normalize(x, _attentionNorm, _eps), _qkvWeight, _qkvBias);
        Tensor rotated = Rotate(qkv.narrow(1, 0, (_heads + _kvHeads) * _headSize).view(rows, _heads + _kvHeads, _headSize), step.Cos, step.Sin);
        _ = keys.view(-1, _headSize).index_copy_(0, step.Slots, rotated.narrow(1, _heads, _kvHeads).reshape(-1, _headSize));
        _ = values.view(-1, _headSize).index_copy_(0, step.Slots, qkv.narrow(1, (_heads + _kvHeads) * _headSize, _kvHeads * _headSize).reshape(-1, _headSize));

        // The queries of a group stand side by side as the query axis, so keys and values are used as they lie in the cache.
        Tensor query = rotated.narrow(1, 0, _heads).reshape(rows, _kvHeads, Groups, _headSize);
        Tensor past = keys.narrow(0, 0, rows).narrow(2, 0, step.Longest);
        Tensor scores = query.matmul(past.transpose(2, 3)).mul_(Number.Of(1 / Math.Sqrt(_headSize))).add_(step.Mask, Number.One).softmax(-1);
        Tensor seen = scores.matmul(values.narrow(0, 0, rows).narrow(2, 0, step.Longest)).view(rows, _heads * _headSize);
        _ = x.add_(F.linear(seen, _attentionOutput), Number.One);

        Tensor gateUp = F.linear(RmsNormFunction.Normalize(x, _mlpNorm, _eps), _gateUp);
        Tensor gate = gateUp.narrow(1, 0, config.IntermediateSize).silu_().mul_(gateUp.narrow(1, config.IntermediateSize, config.IntermediateSize));
        _ = x.add_(F.linear(gate, _down), Number.One);
    }

    private Tensor Rotate(Tensor x, Tensor cos, Tensor sin) => addcmul(x.mul(cos), x.roll(_headSize / 2, -1), sin, Number.One);

    // [B, K, T, hd] -> [B, H, T, hd]: query head h reads key-value head h / groups.
    private Tensor Repeat(Tensor x) => Groups == 1
        ? x
        : x.unsqueeze(2).expand(-1, -1, Groups, -1, -1).reshape(x.size(0), _heads, x.size(2), _headSize);
}
