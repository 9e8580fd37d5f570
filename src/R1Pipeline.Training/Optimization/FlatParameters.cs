using R1Pipeline.Training.Runtime;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Optimization;

/// <summary>
/// All parameters of a model as views of one flat fp32 buffer, and their gradients as views of another: an optimizer step is a handful of kernels,
/// a checkpoint a handful of writes. Gradients accumulate in place; they are cleared with <see cref="ClearGradients"/> and never replaced.
/// Where the placement computes in another type, these are the masters: the leaves of the graph are views of a copy in that type, which <see cref="Publish"/> makes anew
/// after every change of the masters, and their gradients are added to the fp32 ones by <see cref="CollectGradients"/> after every backward pass. Buffers are not narrowed.
/// Parameters that are not trained need no masters: in a narrow placement only the weights that are computed with are there, and the fp32 buffers. They can move:
/// <see cref="MoveTo"/>.
/// </summary>
public sealed class FlatParameters : IMovable, IDisposable
{
    private readonly Dictionary<string, (ParameterShape Shape, long Offset, Tensor Leaf)> _byName = new(StringComparer.Ordinal);
    private readonly Tensor? _narrowGradients;
    private Tensor? _narrow, _buffers;

    /// <summary>Lays the tensors out in the given order, all zero.</summary>
    /// <param name="shapes">Names and shapes; names are unique.</param>
    /// <param name="withGradients">Whether the parameters are trained; without, no gradient buffer exists.</param>
    /// <param name="placement">Where they lie and what they are computed with in; null: the host, in fp32.</param>
    public FlatParameters(IReadOnlyList<ParameterShape> shapes, bool withGradients, Placement? placement = null)
    {
        Placement = placement ?? Placement.Host;
        Shapes = shapes;
        Count = shapes.Sum(shape => shape.Count);
        TrainedCount = shapes.TakeWhile(shape => !shape.IsBuffer).Sum(shape => shape.Count);
        if (shapes.SkipWhile(shape => !shape.IsBuffer).FirstOrDefault(shape => !shape.IsBuffer) is { } misplaced)
            throw new ArgumentException($"{misplaced.Name} stands behind a buffer", nameof(shapes));
        var (values, narrow, buffers) = Allocate(Placement, withMasters: withGradients);
        (Values, _narrow, _buffers) = (values.DetachFromDisposeScope(), narrow?.DetachFromDisposeScope(), buffers?.DetachFromDisposeScope());
        Gradients = withGradients ? zeros(Count, device: Placement.Device).DetachFromDisposeScope() : null;
        _narrowGradients = withGradients && _narrow is not null ? zeros_like(_narrow).DetachFromDisposeScope() : null;
        LayLeaves();
    }

    /// <summary>Where they lie and what they are computed with in.</summary>
    public Placement Placement { get; private set; }

    /// <summary>The tensors, in the order of the buffer.</summary>
    public IReadOnlyList<ParameterShape> Shapes { get; }

    /// <summary>Number of parameters.</summary>
    public long Count { get; }

    /// <summary>How many of them, from the start, the optimizer moves; the rest are buffers.</summary>
    public long TrainedCount { get; }

    /// <summary>Whether <see cref="Values"/> are all of them, in fp32; else nothing is trained, and they are [TrainedCount] in the type that is computed with.</summary>
    public bool HasMasters => Gradients is not null || !Placement.IsNarrow;

    /// <summary>All values, [Count], fp32, but for <see cref="HasMasters"/>. Write to it only without a gradient tape, and <see cref="Publish"/> what was written.</summary>
    public Tensor Values { get; private set; }

    /// <summary>All gradients, [Count], fp32; null for parameters that are not trained.</summary>
    public Tensor? Gradients { get; }

    /// <summary>The parameter as a leaf of the autograd graph. Belongs to this object.</summary>
    public Tensor this[string name] => _byName[name].Leaf;

    /// <summary>Whether there is a parameter of this name.</summary>
    public bool Contains(string name) => _byName.ContainsKey(name);

    /// <summary>Whether the parameter is a buffer (<see cref="ParameterShape.IsBuffer"/>).</summary>
    public bool IsBuffer(string name) => _byName[name].Shape.IsBuffer;

    /// <summary>Index of the parameter's first value in the buffer.</summary>
    public long OffsetOf(string name) => _byName[name].Offset;

    /// <summary>A new view of the parameter's values, fp32 where it <see cref="HasMasters"/>; the caller (or its scope) disposes it.</summary>
    public Tensor ValueOf(string name)
    {
        var (shape, offset, _) = _byName[name];
        return View(shape, offset);
    }

    /// <summary>A new view of the parameter's gradient; the caller (or its scope) disposes it.</summary>
    /// <exception cref="InvalidOperationException">The parameters are not trained.</exception>
    public Tensor GradientOf(string name)
    {
        var (shape, offset, _) = _byName[name];
        return View(Gradients ?? throw new InvalidOperationException("these parameters have no gradient buffer"), offset, shape);
    }

    /// <summary>Takes over the values of parameters of the same layout.</summary>
    /// <exception cref="ArgumentException">The layouts differ.</exception>
    public void CopyValuesFrom(FlatParameters other)
    {
        if (other.Count != Count) throw new ArgumentException($"the other model has {other.Count} parameters, this one {Count}", nameof(other));
        using IDisposable frozen = no_grad();
        using var scope = NewDisposeScope();
        CopyParts(Parts(other.Values, other._buffers), Parts(Values, _buffers));
        Publish();
    }

    /// <summary>All values in fp32, [Count]: the masters themselves, or a copy on the host, which the caller's scope owns.</summary>
    public Tensor Wide()
    {
        if (HasMasters) return Values;
        using IDisposable frozen = no_grad();
        using var scope = NewDisposeScope();
        Tensor wide = empty(Count, device: CPU);
        CopyParts([.. Parts(Values, _buffers).Select(part => part.cpu())], Parts(wide, null));
        return wide.MoveToOuterDisposeScope();
    }

    /// <summary>Overwrites all values.</summary>
    /// <param name="fill">Fills a tensor of [Count], fp32.</param>
    public void Overwrite(Action<Tensor> fill)
    {
        using IDisposable frozen = no_grad();
        using var scope = NewDisposeScope();
        Tensor wide = HasMasters ? Values : empty(Count, device: CPU);
        fill(wide);
        if (!HasMasters) CopyParts(Parts(wide, null), Parts(Values, _buffers));
        Publish();
    }

    /// <summary>Takes all of it to another place: the values bit for bit, the copies that are computed with made anew from masters. All leaves are new ones.</summary>
    /// <exception cref="InvalidOperationException">The parameters are trained: gradients and optimizer hold on to where they are.</exception>
    public void MoveTo(Placement placement)
    {
        if (Gradients is not null) throw new InvalidOperationException("parameters that are trained do not move");
        using IDisposable frozen = no_grad();
        using var scope = NewDisposeScope();
        var (values, narrow, buffers) = Allocate(placement, withMasters: false);
        CopyParts(Parts(Values, _buffers), Parts(values, buffers));
        Release();
        (Placement, Values, _narrow, _buffers) = (placement, values.DetachFromDisposeScope(), narrow?.DetachFromDisposeScope(), buffers?.DetachFromDisposeScope());
        LayLeaves();
        Publish();
    }

    /// <summary>Lets the model compute with the masters of now.</summary>
    public void Publish()
    {
        if (_narrow is null) return;
        using IDisposable frozen = no_grad();
        using Tensor masters = Values.narrow(0, 0, TrainedCount);
        _ = _narrow.copy_(masters);
    }

    /// <summary>Adds what the last backward pass left to <see cref="Gradients"/>.</summary>
    public void CollectGradients()
    {
        if (_narrowGradients is null) return;
        using IDisposable frozen = no_grad();
        using var scope = NewDisposeScope();
        _ = Gradients!.narrow(0, 0, TrainedCount).add_(_narrowGradients, Number.One);
        _ = _narrowGradients.zero_();
    }

    /// <summary>Sets all gradients to zero, in place.</summary>
    public void ClearGradients()
    {
        _ = Gradients?.zero_();
        _ = _narrowGradients?.zero_();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Release();
        Gradients?.Dispose();
        _narrowGradients?.Dispose();
    }

    // Masters and copies, or where there are no masters the narrow values with the buffers beside them.
    private (Tensor Values, Tensor? Narrow, Tensor? Buffers) Allocate(Placement placement, bool withMasters)
    {
        Tensor New(long count, ScalarType type) => zeros(count, dtype: type, device: placement.Device);
        if (!placement.IsNarrow) return (New(Count, ScalarType.Float32), null, null);
        Tensor narrow = New(TrainedCount, placement.ComputeType);
        return withMasters
            ? (New(Count, ScalarType.Float32), narrow, null)
            : (narrow, null, Count > TrainedCount ? New(Count - TrainedCount, ScalarType.Float32) : null);
    }

    // What is trained and what is not, wherever the latter lies.
    private Tensor[] Parts(Tensor values, Tensor? buffers) =>
        Count == TrainedCount ? [values] : [values.narrow(0, 0, TrainedCount), buffers ?? values.narrow(0, TrainedCount, Count - TrainedCount)];

    private static void CopyParts(Tensor[] from, Tensor[] to)
    {
        for (int i = 0; i < from.Length; i++) _ = to[i].copy_(from[i]);
    }

    // Memory is free when the last view of it is gone.
    private void Release()
    {
        foreach (var (_, _, leaf) in _byName.Values) leaf.Dispose();
        _byName.Clear();
        Values.Dispose();
        _narrow?.Dispose();
        _buffers?.Dispose();
    }

    private void LayLeaves()
    {
        using IDisposable frozen = no_grad();
        using var scope = NewDisposeScope();
        long offset = 0;
        foreach (ParameterShape shape in Shapes)
        {
            bool trained = Gradients is not null && !shape.IsBuffer;
            Tensor source = shape.IsBuffer || _narrow is null ? View(shape, offset) : View(_narrow, offset, shape);
            Tensor leaf = source.detach().requires_grad_(trained).DetachFromDisposeScope();
            if (trained) leaf.grad = (_narrowGradients ?? Gradients!).narrow(0, offset, shape.Count).view(shape.Dimensions);
            _byName.Add(shape.Name, (shape, offset, leaf));
            offset += shape.Count;
        }
    }

    private Tensor View(ParameterShape shape, long offset) =>
        shape.IsBuffer && _buffers is not null ? View(_buffers, offset - TrainedCount, shape) : View(Values, offset, shape);

    private static Tensor View(Tensor buffer, long offset, ParameterShape shape)
    {
        using Tensor flat = buffer.narrow(0, offset, shape.Count);
        return flat.view(shape.Dimensions);
    }
}
