using R1Pipeline.Training.Runtime;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Model;

/// <summary>
/// RMSNorm as one node of the graph: y = x · r · w with r = 1 / sqrt(mean(x²) + eps), eps under the root as in transformers.
/// One custom node keeps x and r instead of the four intermediates of the plain operations. Computed in fp32, forward and backward; y is of the type of x.
/// </summary>
internal sealed class RmsNormFunction : autograd.SingleTensorFunction<RmsNormFunction>
{
    private const string Failure = "failure";

    /// <inheritdoc/>
    public override string Name => nameof(RmsNormFunction);

    /// <summary>x [.., D], w [D] -> y [.., D]; on the tape where one is recorded.</summary>
    public static Tensor Normalize(Tensor x, Tensor w, double eps)
    {
        if (is_grad_enabled()) return apply(x, w, eps);
        if (x.dtype == ScalarType.Float32)
        {
            using Tensor r = Scale(x, eps);
            return x.mul(r).mul_(w);
        }

        using var scope = NewDisposeScope();
        Tensor wide = x.Wide();
        return wide.mul(Scale(wide, eps)).mul_(w).In(x.dtype).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (x, w, eps) = ((Tensor)vars[0], (Tensor)vars[1], (double)vars[2]);
        Tensor wide = x.Wide(), r = Scale(wide, eps);
        ctx.save_for_backward([x, w, r]);
        ctx.save_data(Failure, BackwardFailure.OfThisThread);
        return wide.mul(r).mul_(w).In(x.dtype);
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        return ((BackwardFailure)ctx.get_data(Failure)).Guard(3, () => Gradients(ctx, grad_output));
    }

    private static List<Tensor> Gradients(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using var all = NewDisposeScope();                                              // else all of this lives until the end of the pass
        List<Tensor> saved = ctx.get_saved_variables();
        var (x, w, r, dy) = (saved[0].Wide(), saved[1].Wide(), saved[2], grad_output.Wide());
        long width = x.size(-1);
        Tensor normalized = x.mul(r);
        Tensor product = dy.mul(normalized);                                   // dy · x̂: its row sums weighted by w give the projection, its column sums dw
        Tensor projection = product.matmul(w).mul_(Number.Of(1.0 / width)).unsqueeze_(-1);
        Tensor dx = dy.mul(w).addcmul_(normalized, projection, Number.Of(-1)).mul_(r);
        Tensor dw = product.reshape(-1, width).sum(dim: 0);
        return [dx.In(saved[0].dtype).MoveToOuterDisposeScope(), dw.In(saved[1].dtype).MoveToOuterDisposeScope(), null!];
    }

    private static Tensor Scale(Tensor x, double eps) => x.norm(-1, true).pow_(Number.Of(2)).mul_(Number.Of(1.0 / x.size(-1))).add_(Number.Of(eps), Number.One).rsqrt_();
}
