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

    // What the node before handed over. It belongs to the scope of the whole pass, but once the next node runs libtorch has what it needs of it.
    [ThreadStatic]
    private static Tensor? _handedOver;

    /// <inheritdoc/>
    public override string Name => nameof(LayerCheckpointFunction);

    /// <summary>As <see cref="DecoderLayer.Forward"/>, on the tape.</summary>
    public static Tensor Apply(DecoderLayer layer, Tensor x, Tensor cos, Tensor sin, RowSegments? segments, ExpertTrace? trace)
    {
        // Behind a frozen embedding nothing that the node sees requires a gradient, and it would not be recorded.
        if (!x.requires_grad) x = x.detach().requires_grad_();
        ExpertTrace? own = trace is null ? null : new ExpertTrace();
        using var scope = NewDisposeScope();                                // TorchSharp makes an empty tensor of each output's size, for gradients that are missing: a second input for every layer
        List<Tensor> outputs = apply(x, cos, sin, layer, segments!, own!);
        if (own?.Layers is [var routed])                                    // the scores as an output of the node: a loss may hang on them
            trace!.Layers.Add(routed with { Scores = outputs[1].MoveToOuterDisposeScope(), Chosen = routed.Chosen.MoveToOuterDisposeScope() });
        return outputs[0].MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override List<Tensor> forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (x, cos, sin) = ((Tensor)vars[0], (Tensor)vars[1], (Tensor)vars[2]);
        var (layer, segments, trace) = ((DecoderLayer)vars[3], (RowSegments?)vars[4], (ExpertTrace?)vars[5]);
        ctx.save_for_backward([x, cos, sin]);
        ctx.save_data(Run, new Pass(layer, segments, layer.DropoutDraw, trace is not null, BackwardFailure.OfThisThread));
        ctx.set_materialize_grads(false);                                   // no loss need hang on the scores

        using IDisposable taped = enable_grad();
        using var scope = NewDisposeScope();
        List<Tensor> outputs = [layer.Forward(x.detach(), cos, sin, segments, trace: trace).detach().MoveToOuterDisposeScope()];
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
        var pass = (Pass)ctx.get_data(Run);
        return pass.Failure.Guard(6, () => [InputGradient(pass, ctx, grad_outputs), null!, null!, null!, null!, null!]);
    }

    private static Tensor InputGradient(Pass pass, autograd.AutogradContext ctx, List<Tensor> gradients)
    {
        _handedOver?.Dispose();
        using IDisposable taped = enable_grad();
        using var scope = NewDisposeScope();
        List<Tensor> saved = ctx.get_saved_variables();
        ExpertTrace? trace = pass.Traced ? new ExpertTrace() : null;             // of its own: the pass was traced already
        Tensor x = saved[0].detach().requires_grad_();
        Tensor y = pass.Layer.Again(pass.Draw, x, saved[1], saved[2], pass.Segments, trace);

        List<Tensor> outputs = [y, .. trace?.Layers.Select(routed => routed.Scores) ?? []];
        int[] wanted = [.. Enumerable.Range(0, outputs.Count).Where(i => !gradients[i].IsInvalid)];
        BackwardFailure.Run(() => autograd.backward([.. wanted.Select(i => outputs[i])], [.. wanted.Select(i => gradients[i])]));
        foreach (int i in wanted) gradients[i].Dispose();                   // else every layer's would stay to the end of the pass
        return _handedOver = x.grad!.MoveToOuterDisposeScope();
    }

    // What backward needs that is no tensor.
    private sealed record Pass(DecoderLayer Layer, RowSegments? Segments, LoraDropout.Draw? Draw, bool Traced, BackwardFailure Failure);
}
