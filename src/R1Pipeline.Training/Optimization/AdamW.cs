using R1Pipeline.Contracts.Options;
using R1Pipeline.Training.Runtime;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Optimization;

/// <summary>
/// AdamW over a flat buffer: decoupled weight decay on every parameter that is no buffer, bias correction, epsilon added after the root, gradient clipping by
/// the global norm (scaled by max / (norm + 1e-6) when above). The arithmetic is torch.optim.AdamW's, in a dozen kernels whatever the number of tensors; the one
/// intermediate is made in pieces, so that a large model does not need a fifth buffer of its size.
/// </summary>
public sealed class AdamW : IMovable, IDisposable
{
    private const long PieceElements = 16 << 20;

    private readonly FlatParameters _parameters;
    private readonly double _beta1, _beta2, _epsilon, _weightDecay, _maxGradNorm;
    private readonly Tensor _trained, _scratch;

    /// <summary>A fresh optimizer: both moments zero, no step done.</summary>
    /// <param name="parameters">Trained parameters.</param>
    /// <param name="options">Betas, epsilon, weight decay and the largest gradient norm.</param>
    public AdamW(FlatParameters parameters, OptimizerOptions options)
        : this(parameters, options.Beta1, options.Beta2, options.AdamEpsilon, options.WeightDecay, options.MaxGradNorm)
    {
    }

    internal AdamW(FlatParameters parameters, double beta1, double beta2, double epsilon, double weightDecay, double maxGradNorm)
    {
        if (parameters.Gradients is null) throw new ArgumentException("the parameters are not trained: they have no gradient buffer", nameof(parameters));
        (_parameters, _beta1, _beta2, _epsilon, _weightDecay, _maxGradNorm) = (parameters, beta1, beta2, epsilon, weightDecay, maxGradNorm);
        Placement = parameters.Placement;
        FirstMoment = zeros_like(parameters.Values).DetachFromDisposeScope();
        SecondMoment = zeros_like(parameters.Values).DetachFromDisposeScope();
        _trained = parameters.Values.narrow(0, 0, parameters.TrainedCount).DetachFromDisposeScope();
        _scratch = empty(Math.Min(parameters.Count, PieceElements), device: parameters.Placement.Device).DetachFromDisposeScope();
    }

    /// <summary>Where the moments lie; <see cref="Step"/> wants them where the parameters are.</summary>
    public Placement Placement { get; private set; }

    /// <summary>Updates done; restored from a checkpoint.</summary>
    public long StepsDone { get; set; }

    /// <summary>Running mean of the gradient, [Count].</summary>
    public Tensor FirstMoment { get; private set; }

    /// <summary>Running mean of the squared gradient, [Count].</summary>
    public Tensor SecondMoment { get; private set; }

    /// <summary>L2 norm of the whole gradient, before clipping. Check it before <see cref="Step"/>: an update with a non-finite gradient destroys the model.</summary>
    public double GradientNorm()
    {
        using IDisposable frozen = no_grad();
        using Tensor norm = _parameters.Gradients!.norm();
        return Number.From(norm);
    }

    /// <summary>Clips, updates, and clears the gradient.</summary>
    /// <param name="learningRate">The rate of this update.</param>
    /// <param name="gradientNorm">The norm that <see cref="GradientNorm"/> gave.</param>
    public void Step(double learningRate, double gradientNorm)
    {
        using IDisposable frozen = no_grad();
        using var scope = NewDisposeScope();                                 // some in-place operations give a second handle
        Tensor g = _parameters.Gradients!;
        double clip = _maxGradNorm / (gradientNorm + 1e-6);
        if (clip < 1) _ = g.mul_(Number.Of(clip));
        StepsDone++;
        if (_weightDecay != 0) _ = _trained.mul_(Number.Of(1 - learningRate * _weightDecay));
        _ = FirstMoment.mul_(Number.Of(_beta1)).add_(g, alpha: Number.Of(1 - _beta1));
        _ = SecondMoment.mul_(Number.Of(_beta2)).addcmul_(g, g, Number.Of(1 - _beta2));
        for (long start = 0; start < _parameters.Count; start += PieceElements) Move(learningRate, start, Math.Min(PieceElements, _parameters.Count - start));
        _ = g.zero_();
        _parameters.Publish();
    }

    /// <summary>Takes both moments to another place, bit for bit.</summary>
    public void MoveTo(Placement placement)
    {
        using IDisposable frozen = no_grad();
        using var scope = NewDisposeScope();
        Tensor first = empty(_parameters.Count, device: placement.Device), second = empty(_parameters.Count, device: placement.Device);
        _ = first.copy_(FirstMoment);
        _ = second.copy_(SecondMoment);
        FirstMoment.Dispose();
        SecondMoment.Dispose();
        (Placement, FirstMoment, SecondMoment) = (placement, first.DetachFromDisposeScope(), second.DetachFromDisposeScope());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        FirstMoment.Dispose();
        SecondMoment.Dispose();
        _trained.Dispose();
        _scratch.Dispose();
    }

    private void Move(double learningRate, long start, long length)
    {
        using var scope = NewDisposeScope();
        Tensor root = _scratch.narrow(0, 0, length);
        _ = root.copy_(SecondMoment.narrow(0, start, length)).sqrt_().div_(Number.Of(Math.Sqrt(1 - Math.Pow(_beta2, StepsDone)))).add_(Number.Of(_epsilon), Number.One);
        _ = _parameters.Values.narrow(0, start, length).addcdiv_(FirstMoment.narrow(0, start, length), root, Number.Of(-learningRate / (1 - Math.Pow(_beta1, StepsDone))));
    }
}
