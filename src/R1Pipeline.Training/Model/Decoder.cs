using System.Diagnostics.CodeAnalysis;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Training.Optimization;
using R1Pipeline.Training.Runtime;
using R1Pipeline.Training.Weights;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace R1Pipeline.Training.Model;

/// <summary>
/// A decoder-only transformer on flat parameters, of any family in <see cref="DecoderFamily"/>. <see cref="Hidden"/> reads whole sequences,
/// <see cref="Prefill"/> and <see cref="Decode"/> continue them token by token against a cache. Refuses sequences longer than the model's context.
/// All tensors that methods return belong to the caller's dispose scope.
/// </summary>
public sealed class Decoder : IMovable, IDisposable
{
    private readonly RotaryTable _rotary;
    private readonly bool _ownsParameters;
    private DecoderTensors _tensors;
    private Tensor _embedding, _finalNorm;
    private Tensor? _output;
    private DecoderLayer[] _layers;

    /// <summary>A decoder over existing parameters, which it owns from now on.</summary>
    internal Decoder(DecoderConfig config, FlatParameters parameters, QuantizedProjections? quantized = null, WeightOrigin? origin = null)
        : this(config, new DecoderTensors(parameters, quantized, null, origin), ownsParameters: true)
    {
    }

    private Decoder(DecoderConfig config, DecoderTensors tensors, bool ownsParameters)
    {
        (Config, _tensors, _ownsParameters) = (config, tensors, ownsParameters);
        _rotary = new RotaryTable(new RotaryFrequencies(config.HeadSize, config.RopeTheta, config.RopeScaling), tensors.Parameters.Placement);
        Bind();
    }

    /// <summary>Shape and constants.</summary>
    public DecoderConfig Config { get; }

    /// <summary>Where it lies and in which type it computes.</summary>
    public Placement Placement => Parameters.Placement;

    /// <summary>All parameters of the model itself, without those of an adapter and without quantised ones.</summary>
    public FlatParameters Parameters => _tensors.Parameters;

    /// <summary>The projections that are held quantised; null: none.</summary>
    public QuantizedProjections? Quantized => _tensors.Quantized;

    /// <summary>The adapter that is attached; null: none.</summary>
    public LoraAdapter? Adapter => _tensors.Adapter;

    /// <summary>
    /// Whether a recorded pass keeps only the input of each layer and computes the layer a second time in backward: less memory for more time, the same gradients.
    /// </summary>
    public bool ActivationCheckpointing { get; set; }

    /// <summary>The parameters that training moves: the adapter's, or the model's own where there is none.</summary>
    public FlatParameters Trained => Adapter?.Parameters ?? Parameters;

    /// <summary>The output projection, [V, D]; the embedding itself where they are tied.</summary>
    /// <exception cref="InvalidOperationException">The decoder is the body of a reward model and has none.</exception>
    public Tensor OutputWeight => _output ?? throw new InvalidOperationException("this decoder has no output projection: it is the body of a reward model");

    /// <summary>
    /// A new, trainable decoder: normal weights (<paramref name="initStd"/>; the two projections back into the residual stream divided by sqrt(2 · layers)),
    /// norms 1, biases 0. Every tensor draws from a stream of its own name.
    /// </summary>
    public static Decoder Create(DecoderConfig config, long seed, string stage, double initStd, Placement? placement = null)
    {
        var parameters = new FlatParameters(DecoderParameters.Shapes(config, DecoderHead.Vocabulary), withGradients: true, placement);
        DecoderInitialization.Draw(parameters, config, seed, stage, initStd);
        return new Decoder(config, parameters);
    }

    /// <summary>
    /// The function of now, which stays when this decoder is trained: its trained parameters in new memory, without gradients. Under an adapter the model itself
    /// is not copied but shared, and must outlive the result.
    /// </summary>
    public Decoder Clone() => Adapter is null ? Copy(withGradients: false) : new Decoder(Config, _tensors with { Adapter = Adapter.Copy() }, ownsParameters: false);

    /// <summary>Lets an adapter take part in everything from now on; the decoder owns it.</summary>
    /// <exception cref="InvalidOperationException">There is one already, or the model's own weights are trained.</exception>
    /// <exception cref="ArgumentException">The adapter was made for another <see cref="Placement"/>.</exception>
    public void Attach(LoraAdapter adapter)
    {
        if (Adapter is not null || Parameters.Gradients is not null) throw new InvalidOperationException("an adapter goes onto a frozen decoder that has none");
        if (!adapter.Parameters.Placement.IsSameAs(Placement)) throw new ArgumentException("the adapter lies elsewhere than the decoder, or computes in another type", nameof(adapter));
        _tensors = _tensors with { Adapter = adapter };
        Bind();
    }

    /// <summary>
    /// Takes the parameters that are its own to another place: the adapter's, where there is one, without the model under it, which may be shared; else the model's. It
    /// computes only where it was made.
    /// </summary>
    /// <exception cref="InvalidOperationException">They are trained, or quantised.</exception>
    public void MoveTo(Placement placement)
    {
        if (Adapter is null && Quantized is not null) throw new InvalidOperationException("a quantised decoder does not move");
        if (Adapter is { } adapter) adapter.MoveTo(placement);
        else Parameters.MoveTo(placement);
        Bind();
    }

    /// <summary>
    /// A parameter of the model that is the same function, to rounding, without an adapter and without quantisation: its own, dequantised, with the adapter's update
    /// added. The caller's scope owns it.
    /// </summary>
    internal Tensor Merged(string parameter) => _tensors.Merged(parameter);

    /// <summary>The model's own weights in new memory, without an adapter, trainable or not.</summary>
    /// <exception cref="InvalidOperationException">They are quantised.</exception>
    public Decoder Copy(bool withGradients)
    {
        if (Quantized is not null) throw new InvalidOperationException("a quantised decoder is not copied: share it by an adapter");
        var parameters = new FlatParameters(Parameters.Shapes, withGradients, Placement);
        parameters.CopyValuesFrom(Parameters);
        return new Decoder(Config, parameters);
    }

    /// <summary>Hidden states after the final norm.</summary>
    /// <param name="ids">[B, T], int64.</param>
    /// <param name="segments">The sequences of the rows; null: each row is one, which may be padded at its end.</param>
    /// <param name="trace">Receives what the routers decide, where the model has experts; null: nobody asks.</param>
    /// <returns>[B, T, D].</returns>
    /// <exception cref="StageFailedException">UserData: more tokens than the model's context.</exception>
    public Tensor Hidden(Tensor ids, RowSegments? segments = null, ExpertTrace? trace = null) => Run(ids, segments, null, trace);

    /// <summary>Adds the gradient of a loss of recorded passes to the parameters'.</summary>
    /// <exception cref="System.Runtime.InteropServices.ExternalException">Memory ran out.</exception>
    public void Backward(Tensor loss)
    {
        BackwardFailure.Run(() => loss.backward());
        Trained.CollectGradients();
    }

    /// <summary>Logits of hidden states, in fp32: [.., D] -> [.., V].</summary>
    public Tensor Project(Tensor hidden) => F.linear(hidden, OutputWeight).Wide();

    /// <summary>An empty cache for <paramref name="rows"/> sequences of at most <paramref name="maxTokens"/> tokens.</summary>
    public KeyValueCache NewCache(int rows, int maxTokens) => new(Config, rows, maxTokens, Placement);

    /// <summary>
    /// Reads prompts once and lays their keys and values into the cache, each prompt into as many rows as ask for it. Without gradients.
    /// </summary>
    /// <param name="prompts">P prompts, at least one token each.</param>
    /// <param name="rows">Cache rows to fill.</param>
    /// <param name="promptOfRow">For each of <paramref name="rows"/>, which prompt.</param>
    /// <param name="cache">The cache.</param>
    /// <returns>[P, D]: the hidden state of each prompt's last token.</returns>
    public Tensor Prefill(IReadOnlyList<int[]> prompts, ReadOnlySpan<int> rows, ReadOnlySpan<int> promptOfRow, KeyValueCache cache)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(promptOfRow.Length, rows.Length);
        int longest = prompts.Max(prompt => prompt.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(longest, cache.MaxTokens);
        using IDisposable frozen = no_grad();
        using var scope = NewDisposeScope();
        long[] ids = new long[prompts.Count * longest], last = new long[prompts.Count];
        for (int p = 0; p < prompts.Count; p++)
        {
            if (prompts[p].Length == 0) throw new ArgumentException($"prompt {p} is empty", nameof(prompts));
            for (int t = 0; t < prompts[p].Length; t++) ids[p * longest + t] = prompts[p][t];
            last[p] = p * longest + prompts[p].Length - 1;
        }

        Tensor target = Placement.Of(Widen(rows)), source = Placement.Of(Widen(promptOfRow));
        Tensor hidden = Run(Placement.Of(ids, prompts.Count, longest), null, (layer, key, value) =>
        {
            _ = cache.Keys[layer].narrow(2, 0, longest).index_copy_(0, target, key.index_select(0, source));
            _ = cache.Values[layer].narrow(2, 0, longest).index_copy_(0, target, value.index_select(0, source));
        });
        return hidden.view(-1, Config.HiddenSize).index_select(0, Placement.Of(last)).MoveToOuterDisposeScope();
    }

    /// <summary>Reads one more token of rows 0 to N - 1 of the cache. Without gradients.</summary>
    /// <param name="ids">The token of each row.</param>
    /// <param name="positions">Its position in the row: the number of tokens before it.</param>
    /// <param name="cache">The cache, at least N rows.</param>
    /// <returns>[N, D], after the final norm.</returns>
    public Tensor Decode(ReadOnlySpan<int> ids, ReadOnlySpan<int> positions, KeyValueCache cache)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(positions.Length, ids.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ids.Length, cache.Rows);
        using IDisposable frozen = no_grad();
        using var scope = NewDisposeScope();
        DecodeStep step = NewStep(positions, cache);
        Tensor x = _embedding.index_select(0, Placement.Of(Widen(ids)));
        for (int layer = 0; layer < _layers.Length; layer++)
        {
            using var inner = NewDisposeScope();
            _layers[layer].Decode(x, step, cache.Keys[layer], cache.Values[layer]);
        }

        return RmsNormFunction.Normalize(x, _finalNorm, Config.RmsNormEps).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _rotary.Dispose();
        Adapter?.Dispose();
        if (!_ownsParameters) return;
        Parameters.Dispose();
        Quantized?.Dispose();
        _tensors.Origin?.Dispose();
    }

    // Layers hold on to leaves, so they are as new as those.
    [MemberNotNull(nameof(_embedding), nameof(_finalNorm), nameof(_layers))]
    private void Bind()
    {
        _embedding = Parameters[DecoderParameters.Embedding];
        _finalNorm = Parameters[DecoderParameters.FinalNorm];
        _output = Config.TiedEmbeddings ? _embedding : Parameters.Contains(DecoderParameters.Output) ? Parameters[DecoderParameters.Output] : null;
        _layers = [.. Enumerable.Range(0, Config.NumLayers).Select(layer => new DecoderLayer(Config, _tensors, layer))];
    }

    private Tensor Run(Tensor ids, RowSegments? segments, Action<int, Tensor, Tensor>? keyValues, ExpertTrace? trace = null)
    {
        using var scope = NewDisposeScope();                                            // what backward needs its graph holds
        int before = trace?.Layers.Count ?? 0;
        long batch = ids.size(0), tokens = ids.size(1);
        CheckLength(tokens);
        (Tensor cos, Tensor sin) = Angles(batch * tokens, tokens, segments);
        Tensor x = _embedding.index_select(0, ids.reshape(-1)).view(batch, tokens, Config.HiddenSize);
        bool taped = is_grad_enabled();
        if (taped) BackwardFailure.OfThisThread.Throw();                                // of a backward pass that was not run by Backward
        for (int layer = 0; layer < _layers.Length; layer++)
        {
            int index = layer;
            Action<Tensor, Tensor>? sink = keyValues is null ? null : (key, value) => keyValues(index, key, value);
            using Tensor input = x;
            x = taped && ActivationCheckpointing
                ? LayerCheckpointFunction.Apply(_layers[layer], input, cos, sin, segments, trace)
                : _layers[layer].Forward(input, cos, sin, segments, sink, trace);
        }

        trace?.MoveToOuterDisposeScope(before);
        return RmsNormFunction.Normalize(x, _finalNorm, Config.RmsNormEps).MoveToOuterDisposeScope();
    }

    // As IAttention.Forward takes them.
    private (Tensor Cos, Tensor Sin) Angles(long all, long tokens, RowSegments? segments)
    {
        if (segments is not null && segments.NumTokens != all) throw new ArgumentException($"segments of {segments.NumTokens} tokens for {all}", nameof(segments));
        _rotary.Reserve((int)(segments?.Longest ?? tokens));
        if (segments is null)
            return (_rotary.Cos!.narrow(0, 0, tokens).unsqueeze(1), _rotary.Sin!.narrow(0, 0, tokens).unsqueeze(1));
        Tensor positions = Placement.Of(segments.Positions());
        return (_rotary.Cos!.index_select(0, positions).view(1, all, 1, Config.HeadSize), _rotary.Sin!.index_select(0, positions).view(1, all, 1, Config.HeadSize));
    }

    private DecodeStep NewStep(ReadOnlySpan<int> positions, KeyValueCache cache)
    {
        int rows = positions.Length, longest = 0;
        foreach (int position in positions) longest = Math.Max(longest, position + 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(longest, cache.MaxTokens);
        CheckLength(longest);
        _rotary.Reserve(longest);
        long[] slots = new long[rows * cache.Heads];
        float[] mask = new float[rows * longest];
        for (int row = 0; row < rows; row++)
        {
            for (int head = 0; head < cache.Heads; head++)
                slots[row * cache.Heads + head] = ((long)row * cache.Heads + head) * cache.MaxTokens + positions[row];
            mask.AsSpan(row * longest + positions[row] + 1, longest - positions[row] - 1).Fill(float.NegativeInfinity);
        }

        Tensor at = Placement.Of(Widen(positions));
        return new DecodeStep(_rotary.Cos!.index_select(0, at).unsqueeze(1), _rotary.Sin!.index_select(0, at).unsqueeze(1),
            Placement.Of(slots), Placement.Of(mask, rows, 1, 1, longest), longest);
    }

    private void CheckLength(long tokens)
    {
        if (tokens > Config.ContextTokens)
            throw new StageFailedException(StageFailureClass.UserData,
                $"a sequence has {tokens} tokens, the model's context is {Config.ContextTokens}: lower max-tokens or max-new-tokens");
    }

    private static long[] Widen(ReadOnlySpan<int> numbers)
    {
        long[] wide = new long[numbers.Length];
        for (int i = 0; i < wide.Length; i++) wide[i] = numbers[i];
        return wide;
    }
}
