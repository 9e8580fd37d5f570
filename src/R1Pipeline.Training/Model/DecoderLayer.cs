using R1Pipeline.Training.Runtime;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Model;

/// <summary>
/// One decoder layer: x + attention(norm(x)), then x + feed-forward(norm(x)). Two forms of the same arithmetic on the same weights: <see cref="Forward"/> over
/// whole sequences (on the tape when one is recorded) and <see cref="Decode"/> over one token a row against the cache (never on the tape, in place where it may).
/// </summary>
internal sealed class DecoderLayer(DecoderConfig config, DecoderTensors tensors, int index)
{
    private readonly double _eps = config.RmsNormEps;
    private readonly Tensor _attentionNorm = tensors[DecoderParameters.AttentionNorm(index)], _mlpNorm = tensors[DecoderParameters.MlpNorm(index)];
    private readonly IAttention _attention = config.LatentAttention is { } latent
        ? new LatentAttention(config, latent, tensors, index)
        : new GroupedQueryAttention(config, tensors, index);

    private readonly IFeedForward _feedForward = config.ExpertsOf(index) is { } experts
        ? new MixtureOfExperts(experts, tensors, index)
        : new SwiGlu(tensors.Projection(DecoderParameters.GateUp(index)), tensors.Projection(DecoderParameters.Down(index)));

    /// <summary>Whose dropout masks a pass of now takes; null: there is no dropout.</summary>
    public LoraDropout.Draw? DropoutDraw => tensors.Adapter?.Dropout?.Current;

    /// <summary>x [B, T, D] -> [B, T, D]; the rest as <see cref="IAttention.Forward"/> and <see cref="IFeedForward.Forward"/> take it.</summary>
    public Tensor Forward(Tensor x, Tensor cos, Tensor sin, RowSegments? segments, Action<Tensor, Tensor>? keyValues = null, ExpertTrace? trace = null)
    {
        using var scope = NewDisposeScope();                                                                  // on a tape only what backward needs stays
        int before = trace?.Layers.Count ?? 0;
        Tensor y = Compute(x, cos, sin, segments, keyValues, trace).MoveToOuterDisposeScope();
        trace?.MoveToOuterDisposeScope(before);
        return y;
    }

    /// <summary>The same pass a second time, with the dropout masks of the first.</summary>
    public Tensor Again(LoraDropout.Draw? draw, Tensor x, Tensor cos, Tensor sin, RowSegments? segments, ExpertTrace? trace)
    {
        if (draw is null || tensors.Adapter?.Dropout is not { } dropout) return Forward(x, cos, sin, segments, trace: trace);
        LoraDropout.Draw now = dropout.Current;
        dropout.Current = draw;
        try
        {
            return Forward(x, cos, sin, segments, trace: trace);
        }
        finally
        {
            dropout.Current = now;
        }
    }

    /// <summary>x [N, D], one token of rows 0 to N - 1, changed in place; the rest as <see cref="IAttention.Decode"/> takes it.</summary>
    public void Decode(Tensor x, DecodeStep step, Tensor keys, Tensor values)
    {
        _ = x.add_(_attention.Decode(RmsNormFunction.Normalize(x, _attentionNorm, _eps), step, keys, values), Number.One);
        _ = x.add_(_feedForward.Decode(RmsNormFunction.Normalize(x, _mlpNorm, _eps)), Number.One);
    }

    private Tensor Compute(Tensor x, Tensor cos, Tensor sin, RowSegments? segments, Action<Tensor, Tensor>? keyValues, ExpertTrace? trace)
    {
        Tensor y = x.add(_attention.Forward(RmsNormFunction.Normalize(x, _attentionNorm, _eps), cos, sin, segments, keyValues), Number.One);
        return y.add(_feedForward.Forward(RmsNormFunction.Normalize(y, _mlpNorm, _eps), trace), Number.One);
    }
}
