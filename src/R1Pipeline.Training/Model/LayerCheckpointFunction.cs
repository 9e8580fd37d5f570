using static TorchSharp.torch;

namespace R1Pipeline.Training.Model;

/// <summary>
/// One decoder layer as one node of the graph (activation checkpointing, arXiv 1604.06174): between forward and backward it keeps the layer's input alone.
/// Backward runs the layer again on its own tape and goes back through that: the gradients of the parameters land where they always do, the node returns the
/// gradient of the input. Both runs record a tape, so both are the operations of a layer without a checkpoint, to the bit, dropout included.
/// </summary>
internal sealed class LayerCheckpointFunction : autograd.MultiTensorFunction<LayerCheckpointFunction>
{
    private const string Run = "run";

    /// <inheritdoc/>
    public override string Name => nameof(LayerCheckpointFunction);

    /// <summary>As <see cref="DecoderLayer.Forward"/>, on the tape.</summary>
    public static Tensor Apply(DecoderLayer layer, Tensor x, Tensor cos, Tensor sin, Tensor? mask, ExpertTrace? trace)
    {
        // Behind a frozen embedding nothing that the node sees requires a gradient, and it would not be recorded.
        if (!x.requires_grad) x = x.detach().requires_grad_();
        ExpertTrace? own = trace is null ? null : new ExpertTrace();
        List<Tensor> outputs = apply(x, cos, sin, mask!, layer, own!);
        if (own?.Layers is [var routed]) trace!.Layers.Add(routed with { Scores = outputs[1] });          // the scores as an output of the node: a loss may hang on them
        return outputs[0];
    }

    /// <inheritdoc/>
    public override List<Tensor> forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (x, cos, sin, mask) = ((Tensor)vars[0], (Tensor)vars[1], (Tensor)vars[2], (Tensor?)vars[3]);
        var (layer, trace) = ((DecoderLayer)vars[4], (ExpertTrace?)vars[5]);
        ctx.save_for_backward(mask is null ? [x, cos, sin] : [x, cos, sin, mask]);
        ctx.save_data(Run, (layer, layer.DropoutDraw, trace is not null, BackwardFailure.OfThisThread));
        ctx.set_materialize_grads(false);                                   // no loss need hang on the scores

        using IDisposable taped = enable_grad();
        using var scope = NewDisposeScope();
        List<Tensor> outputs = [layer.Forward(x.detach(), cos, sin, mask, trace: trace).detach().MoveToOuterDisposeScope()];
        if (trace?.Layers is [var routed])
        {
            _ = routed.Chosen.MoveToOuterDisposeScope();
            outputs.Add(routed.Scores.detach().MoveToOuterDisposeScope());
        }

        return outputs;
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, List<Tensor> grad_outputs)
    {
        var (layer, draw, traced, failure) = ((DecoderLayer, LoraDropout.Draw?, bool, BackwardFailure))ctx.get_data(Run);
        return failure.Guard(6, () => [InputGradient(layer, draw, traced, ctx.get_saved_variables(), grad_outputs), null!, null!, null!, null!, null!]);
    }

    private static Tensor InputGradient(DecoderLayer layer, LoraDropout.Draw? draw, bool traced, List<Tensor> saved, List<Tensor> gradients)
    {
        using IDisposable taped = enable_grad();
        using var scope = NewDisposeScope();
        ExpertTrace? trace = traced ? new ExpertTrace() : null;             // of its own: the pass was traced already
        Tensor x = saved[0].detach().requires_grad_();
        Tensor y = layer.Again(draw, x, saved[1], saved[2], saved.Count > 3 ? saved[3] : null, trace);

        List<Tensor> outputs = [y, .. trace?.Layers.Select(routed => routed.Scores) ?? []];
        int[] wanted = [.. Enumerable.Range(0, outputs.Count).Where(i => !gradients[i].IsInvalid)];
        BackwardFailure.Run(() => autograd.backward([.. wanted.Select(i => outputs[i])], [.. wanted.Select(i => gradients[i])]));
        return x.grad!.MoveToOuterDisposeScope();
    }
}
