using System.Runtime.InteropServices;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Training.Model;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Generation;

/// <summary>
/// One call of the engine: admits prompts while there is room, decodes all live rows by one token, retires rows that ended and closes the gap.
/// The live rows are rows 0 to N - 1 of the cache.
/// </summary>
internal sealed class GenerationRun
{
    private readonly Decoder _model;
    private readonly KeyValueCache _cache;
    private readonly int[] _stopIds;
    private readonly IReadOnlyList<GenerationRequest> _requests;
    private readonly SamplingOptions _sampling;
    private readonly DrawCoordinates _draws;
    private readonly int _prefillTokens;
    private readonly Action<long>? _progress;
    private readonly Action<int>? _heard;
    private readonly Sampler _sampler;
    private readonly Queue<(int Request, int FirstSample, int Count)> _waiting = new();
    private readonly GeneratedSequence[] _done;
    private readonly int[] _firstOutput;

    private readonly OutputRow[] _rows;
    private readonly int[] _ids;
    private readonly int[] _positions;
    private int _live;

    public GenerationRun(
        Decoder model, KeyValueCache cache, int[] stopIds, IReadOnlyList<GenerationRequest> requests, SamplingOptions sampling, DrawCoordinates draws, int prefillTokens, Action<long>? progress, Action<int>? heard)
    {
        (_model, _cache, _stopIds, _requests, _sampling, _draws, _prefillTokens, _progress, _heard) = (model, cache, stopIds, requests, sampling, draws, prefillTokens, progress, heard);
        _sampler = new Sampler(sampling, model.Config.VocabularySize);
        (_rows, _ids, _positions) = (new OutputRow[cache.Rows], new int[cache.Rows], new int[cache.Rows]);

        _firstOutput = new int[requests.Count + 1];
        for (int i = 0; i < requests.Count; i++) _firstOutput[i + 1] = _firstOutput[i] + requests[i].NumSamples;
        _done = new GeneratedSequence[_firstOutput[^1]];

        // Prompts of like length beside each other waste no padding; the longest first, so that the work that lasts longest starts first.
        foreach (int request in Enumerable.Range(0, requests.Count).OrderByDescending(i => requests[i].PromptIds.Length))
        {
            for (int sample = 0; sample < requests[request].NumSamples; sample += cache.Rows)
                _waiting.Enqueue((request, sample, Math.Min(cache.Rows, requests[request].NumSamples - sample)));
        }
    }

    public GeneratedSequence[] ToEnd()
    {
        while (_live > 0 || _waiting.Count > 0)
        {
            // Prompts are read in batches: a refill waits until an eighth of the rows is free.
            bool more = _waiting.Count > 0 && _cache.Rows - _live >= (_cache.Rows + 7) / 8;
            while (more) more = Admit();
            if (_live > 0) Step(); // not when all that was admitted ended with its first token
        }
        return _done;
    }

    /// <summary>
    /// Reads as many waiting prompts at once as have room, whole groups at a time, and draws each new row's first token. True: there was room for more, but not among the tokens that
    /// are read at once.
    /// </summary>
    private bool Admit()
    {
        var prompts = new List<int[]>();
        var promptOfRow = new List<int>();
        bool more = false;
        while (_waiting.TryPeek(out (int Request, int FirstSample, int Count) group) && _live + promptOfRow.Count + group.Count <= _cache.Rows)
        {
            GenerationRequest request = _requests[group.Request];
            more = prompts.Count > 0 && (prompts.Count + 1L) * prompts[0].Length > _prefillTokens;          // the first of them is the longest
            if (more) break;
            _waiting.Dequeue();
            int limit = Math.Min(_sampling.MaxNewTokens, _model.Config.ContextTokens - request.PromptIds.Length);
            for (int sample = group.FirstSample; sample < group.FirstSample + group.Count; sample++)
            {
                int row = _live + promptOfRow.Count;
                _rows[row] = new OutputRow(group.Request, sample, _draws.StreamOf(request.Key, sample), limit, _sampling.RepetitionPenalty != 1 ? [.. request.PromptIds] : null);
                _positions[row] = request.PromptIds.Length;
                promptOfRow.Add(prompts.Count);
            }
            prompts.Add(request.PromptIds);
        }
        if (prompts.Count == 0) return false;

        using var scope = NewDisposeScope();
        int[] rows = [.. Enumerable.Range(_live, promptOfRow.Count)];
        ReadOnlySpan<int> sources = CollectionsMarshal.AsSpan(promptOfRow);
        Tensor logits_PV = _model.Project(_model.Prefill(prompts, rows, sources, _cache)).cpu();
        ReadOnlySpan<float> logits = MemoryMarshal.Cast<byte, float>(logits_PV.bytes);
        for (int i = 0; i < rows.Length; i++) Draw(rows[i], logits, sources[i]);
        _live += rows.Length;
        _progress?.Invoke(rows.Length);
        Retire();
        return more;
    }

    private void Step()
    {
        using var scope = NewDisposeScope();
        Tensor logits_NV = _model.Project(_model.Decode(_ids.AsSpan(0, _live), _positions.AsSpan(0, _live), _cache)).cpu();
        ReadOnlySpan<float> logits = MemoryMarshal.Cast<byte, float>(logits_NV.bytes);
        for (int row = 0; row < _live; row++)
        {
            _positions[row]++;
            Draw(row, logits, row);
        }
        _progress?.Invoke(_live);
        Retire();
    }

    private void Draw(int row, ReadOnlySpan<float> logits, int logitRow)
    {
        int vocabulary = _model.Config.VocabularySize;
        _ids[row] = _rows[row].Append(_sampler, logits.Slice(logitRow * vocabulary, vocabulary));
        _heard?.Invoke(_ids[row]);
    }

    /// <summary>Takes ended rows out, from the back, so that the row that fills a gap is always a live one.</summary>
    private void Retire()
    {
        for (int row = _live - 1; row >= 0; row--)
        {
            OutputRow ended = _rows[row];
            if (!ended.Ended(_stopIds)) continue;
            _done[_firstOutput[ended.Request] + ended.Sample] = ended.ToSequence(_stopIds);
            _live--;
            if (row == _live) continue;
            _cache.Move(_live, row, _positions[_live]);
            (_rows[row], _ids[row], _positions[row]) = (_rows[_live], _ids[_live], _positions[_live]);
        }
    }
}
