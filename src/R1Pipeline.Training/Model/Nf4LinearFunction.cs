using R1Pipeline.Training.Runtime;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace R1Pipeline.Training.Model;

/// <summary>
/// y = W x + b of a frozen, quantised W as one node of the graph. W is dequantised for the product and again for the gradient of x, and never kept.
/// </summary>
internal sealed class Nf4LinearFunction : autograd.SingleTensorFunction<Nf4LinearFunction>
{
    private const string Run = "run";

    /// <inheritdoc/>
    public override string Name => nameof(Nf4LinearFunction);

    /// <summary>x [.., in] -> [.., out]; on the tape where one is recorded.</summary>
    public static Tensor Apply(Tensor x, Nf4Weight weight, Tensor? bias)
    {
        if (!is_grad_enabled() || !x.requires_grad) return Product(x, weight, bias);
        using var scope = NewDisposeScope();                // an empty tensor of the output's size, which TorchSharp makes for gradients that are missing, would leave a gap in every layer
        return apply(x, weight, bias!).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (x, weight, bias) = ((Tensor)vars[0], (Nf4Weight)vars[1], (Tensor?)vars[2]);
        ctx.save_data(Run, (weight, BackwardFailure.OfThisThread));
        ctx.set_materialize_grads(false);                   // none is missing but behind a failure
        return Product(x, weight, bias);
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        var (weight, failure) = ((Nf4Weight, BackwardFailure))ctx.get_data(Run);
        return failure.Guard(3, () =>
        {
            using var scope = NewDisposeScope();
            using Tensor received = grad_output;            // TorchSharp's handle on it belongs to the scope around the pass: every layer's would live until its end
            return [received.matmul(weight.Borrow().In(received.dtype)).MoveToOuterDisposeScope(), null!, null!];
        });
    }

    private static Tensor Product(Tensor x, Nf4Weight weight, Tensor? bias)
    {
        using var scope = NewDisposeScope();
        return F.linear(x, weight.Borrow().In(x.dtype), bias).MoveToOuterDisposeScope();
    }
}
