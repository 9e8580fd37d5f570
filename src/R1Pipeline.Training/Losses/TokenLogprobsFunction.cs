using R1Pipeline.Training.Model;
using R1Pipeline.Training.Runtime;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Losses;

/// <summary>
/// The graph node of <see cref="TokenLogprobs"/>. With p the softmax of the recomputed logits: d/dlogits = dy · (onehot(target) - p), carried on to the
/// hidden states and the output weight chunk by chunk.
/// </summary>
internal sealed class TokenLogprobsFunction : autograd.SingleTensorFunction<TokenLogprobsFunction>
{
    private const string Settings = "settings";

    /// <inheritdoc/>
    public override string Name => nameof(TokenLogprobsFunction);

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (hidden, weight, targets) = ((Tensor)vars[0], (Tensor)vars[1], (Tensor)vars[2]);
        var (temperature, chunkElements) = ((double)vars[3], (long)vars[4]);
        ctx.save_for_backward([hidden, weight, targets]);
        ctx.save_data(Settings, (temperature, chunkElements, BackwardFailure.OfThisThread));              // not in fields: one instance serves every node
        return TokenLogprobs.Forward(hidden, weight, targets, temperature, chunkElements);
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        var (temperature, chunkElements, failure) = ((double, long, BackwardFailure))ctx.get_data(Settings);
        return failure.Guard(5, () => Gradients(ctx, grad_output, temperature, chunkElements));
    }

    private static List<Tensor> Gradients(autograd.AutogradContext ctx, Tensor grad_output, double temperature, long chunkElements)
    {
        using var all = NewDisposeScope();                                              // else all of this lives until the end of the pass
        List<Tensor> saved = ctx.get_saved_variables();
        var (hidden, weight, targets) = (saved[0], saved[1], saved[2]);
        Tensor hiddenGradient = empty_like(hidden);
        Tensor? weightGradient = weight.requires_grad ? zeros_like(weight, dtype: ScalarType.Float32) : null;              // frozen under an adapter
        foreach ((long start, long length) in TokenLogprobs.Chunks(hidden.size(0), weight.size(0), chunkElements))
        {
            using var scope = NewDisposeScope();
            Tensor rows = hidden.narrow(0, start, length), dy = grad_output.narrow(0, start, length).unsqueeze(1);
            Tensor logitsGradient = TokenLogprobs.Logits(rows, weight, temperature).softmax(-1).mul_(dy.neg());
            _ = logitsGradient.scatter_add_(1, targets.narrow(0, start, length).unsqueeze(1), dy);
            if (temperature != 1) _ = logitsGradient.div_(Number.Of(temperature));
            Tensor factor = logitsGradient.In(weight.dtype);
            _ = hiddenGradient.narrow(0, start, length).copy_(factor.matmul(weight));
            if (factor.dtype == ScalarType.Float32) _ = weightGradient?.addmm_(factor.t(), rows, 1, 1);
            else _ = weightGradient?.add_(factor.t().matmul(rows), Number.One);
        }

        return [hiddenGradient.MoveToOuterDisposeScope(), weightGradient?.In(weight.dtype).MoveToOuterDisposeScope()!, null!, null!, null!];
    }
}
