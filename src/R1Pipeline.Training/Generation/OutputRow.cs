using R1Pipeline.Contracts.Randomness;

namespace R1Pipeline.Training.Generation;

/// <summary>An output that is being generated; it adds its tokens to the context that the repetition penalty looks at, where there is one. Its buffers grow by doubling: limits are far longer than most outputs.</summary>
internal sealed class OutputRow(int request, int sample, RandomStream stream, int limit, HashSet<int>? context)
{
    private RandomStream _stream = stream;
    private int[] _ids = new int[Math.Min(limit, 64)];
    private float[] _logprobs = new float[Math.Min(limit, 64)];
    private float[] _entropies = new float[Math.Min(limit, 64)];
    private int _length;

    public int Request => request;

    public int Sample => sample;

    /// <summary>Draws the next token, with this output's next uniform, and returns its id.</summary>
    public int Append(Sampler sampler, ReadOnlySpan<float> logits)
    {
        if (_length == _ids.Length) Grow();
        TokenDraw token = sampler.Draw(logits, _stream.NextDouble(), context);
        context?.Add(token.Id);
        (_ids[_length], _logprobs[_length], _entropies[_length]) = (token.Id, token.Logprob, token.Entropy);
        _length++;
        return token.Id;
    }

    /// <summary>Whether no further token is wanted.</summary>
    public bool Ended(ReadOnlySpan<int> stopIds) => _length >= limit || stopIds.Contains(_ids[_length - 1]);

    public GeneratedSequence ToSequence(ReadOnlySpan<int> stopIds) =>
        new(request, sample, _ids[.._length], _logprobs[.._length], _entropies[.._length], stopIds.Contains(_ids[_length - 1]));

    private void Grow()
    {
        int size = (int)Math.Min(limit, 2L * _ids.Length);
        Array.Resize(ref _ids, size);
        Array.Resize(ref _logprobs, size);
        Array.Resize(ref _entropies, size);
    }
}
