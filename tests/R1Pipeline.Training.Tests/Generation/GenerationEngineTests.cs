using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Training.Generation;
using R1Pipeline.Training.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Tests.Generation;

/// <summary>The engine on a small random decoder: what it samples, what it reports, and that nothing depends on how rows are scheduled.</summary>
public sealed class GenerationEngineTests : IDisposable
{
    private const int Eos = 1;

    private static readonly SamplingOptions Sampling = new() { MaxNewTokens = 20 };

    private static readonly DrawCoordinates Draws = new(7, "rl", 3, "rollouts");

    private static readonly GenerationRequest[] Requests =
    [
        new([5, 9, 11], 4, 100), new([7], 1, 101), new([3, 2, 6, 10, 12, 4, 8], 6, 102), new([9, 9], 0, 103), new([4, 2], 5, 104),
    ];

    private readonly Decoder _model = Decoder.Create(
        DecoderConfig.Of(new ModelShapeOptions { HiddenSize = 32, NumLayers = 2, NumHeads = 4, NumKvHeads = 2, IntermediateSize = 48, ContextTokens = 40 }, 16, Eos, 0), 5, "test", 0.3);

    public void Dispose() => _model.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(8)]
    public void Generate_FewerRows_SameOutputsUpToRounding(int maxRows)
    {
        IReadOnlyList<GeneratedSequence> all = Generate(64), few = Generate(maxRows);
        Assert.Equal(16, all.Count);
        Assert.Equal(all.Count, few.Count);
        for (int i = 0; i < all.Count; i++)
        {
            Assert.Equal((all[i].Request, all[i].Sample, all[i].Finished), (few[i].Request, few[i].Sample, few[i].Finished));
            Assert.Equal(all[i].OutputIds, few[i].OutputIds);
            for (int t = 0; t < all[i].OutputIds.Length; t++) Assert.Equal(all[i].Logprobs[t], few[i].Logprobs[t], 1e-4);
        }
    }

    [Fact]
    public void Generate_Outputs_ComeInOrderWithEndTokenOrAtTheLimit()
    {
        IReadOnlyList<GeneratedSequence> outputs = Generate(8);
        Assert.Equal(Requests.SelectMany((r, i) => Enumerable.Range(0, r.NumSamples).Select(s => (i, s))), outputs.Select(o => (o.Request, o.Sample)));
        Assert.All(outputs, o =>
        {
            Assert.InRange(o.OutputIds.Length, 1, 20);
            Assert.Equal(o.Finished, o.OutputIds[^1] == Eos);
            Assert.DoesNotContain(Eos, o.OutputIds[..^1]);
            Assert.True(o.Finished || o.OutputIds.Length == 20);
            Assert.Equal((o.OutputIds.Length, o.OutputIds.Length), (o.Logprobs.Length, o.Entropies.Length));
        });
        Assert.Contains(outputs, o => o.Finished);
        Assert.Contains(outputs, o => !o.Finished);
        Assert.True(outputs.Where(o => o.Request == 2).Select(o => string.Join(',', o.OutputIds)).Distinct().Count() > 1, "samples of one prompt are all alike");
    }

    [Theory]
    [InlineData(1.0, 1.0, 0)]
    [InlineData(0.5, 0.9, 0)]
    [InlineData(1.5, 1.0, 4)]
    public void Generate_LogprobsAndEntropies_AreThoseOfTheWholeModelAtTemperatureOne(double temperature, double topP, int topK)
    {
        foreach (GeneratedSequence output in Generate(8, Sampling with { Temperature = temperature, TopP = topP, TopK = topK }))
        {
            int[] prompt = Requests[output.Request].PromptIds;
            using var scope = NewDisposeScope();
            using IDisposable frozen = no_grad();
            long[] ids = [.. prompt.Concat(output.OutputIds).Select(id => (long)id)];
            Tensor hidden = _model.Hidden(tensor(ids, [1, ids.Length]))[0].narrow(0, prompt.Length - 1, output.OutputIds.Length);
            Tensor all = _model.Project(hidden).log_softmax(-1);
            Tensor logprobs = all.gather(1, tensor(ids[prompt.Length..]).unsqueeze(1)).squeeze(1), entropies = all.exp().mul(all).sum(dim: -1).neg();
            for (int t = 0; t < output.OutputIds.Length; t++)
            {
                Assert.Equal(logprobs[t].ToSingle(), output.Logprobs[t], 1e-4);
                Assert.Equal(entropies[t].ToSingle(), output.Entropies[t], 1e-4);
            }
        }
    }

    [Fact]
    public void Generate_Greedy_EqualsTheArgmaxOfTheWholeModel()
    {
        GeneratedSequence output = Generate(8, Sampling with { Temperature = 0 })[0];
        using var scope = NewDisposeScope();
        using IDisposable frozen = no_grad();
        var ids = Requests[0].PromptIds.Select(id => (long)id).ToList();
        foreach (int id in output.OutputIds)
        {
            Tensor hidden = _model.Hidden(tensor(ids.ToArray(), [1, ids.Count]));
            Assert.Equal(_model.Project(hidden[0, ids.Count - 1]).argmax().ToInt64(), id);
            ids.Add(id);
        }
    }

    // Prompts of 7, 3, 2 and 1 tokens with 6, 4, 5 and 1 samples.
    [Theory]
    [InlineData(1, new long[] { 6, 4, 5, 1 })]
    [InlineData(7, new long[] { 6, 9, 1 })]
    [InlineData(28, new long[] { 16 })]
    public void Generate_PrefillBudget_ReadsPromptsInTurnWithTheSameOutputs(int budget, long[] read)
    {
        List<long> counted = [];
        var engine = new GenerationEngine(_model, [Eos], 64, budget);
        IReadOnlyList<GeneratedSequence> outputs = engine.Generate(Requests, Sampling, Draws, counted.Add), again = engine.Generate(Requests, Sampling, Draws);

        Assert.Equal(read, counted.Take(read.Length));
        foreach (var (expected, found, second) in Generate(64).Zip(outputs, again))
        {
            Assert.Equal((expected.Request, expected.Sample, expected.Finished), (found.Request, found.Sample, found.Finished));
            Assert.Equal(expected.OutputIds, found.OutputIds);
            foreach (var (one, other) in expected.Logprobs.Zip(found.Logprobs)) Assert.Equal(one, other, 1e-5);
            Assert.Equal(found.OutputIds, second.OutputIds);
            Assert.Equal(found.Logprobs, second.Logprobs);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void Generate_PrefillBudgetAndFewRows_SamplesEveryOutput(int budget) =>
        Assert.Equal(Generate(3).Select(o => string.Join(',', o.OutputIds)), new GenerationEngine(_model, [Eos], 3, budget).Generate(Requests, Sampling, Draws).Select(o => string.Join(',', o.OutputIds)));

    [Fact]
    public void Generate_SameCoordinates_SameBits_OtherCoordinates_OtherTokens()
    {
        IReadOnlyList<GeneratedSequence> first = Generate(8), again = Generate(8);
        Assert.All(first.Zip(again), pair =>
        {
            Assert.Equal(pair.First.OutputIds, pair.Second.OutputIds);
            Assert.Equal(pair.First.Logprobs, pair.Second.Logprobs);
            Assert.Equal(pair.First.Entropies, pair.Second.Entropies);
        });
        IReadOnlyList<GeneratedSequence> other = new GenerationEngine(_model, Eos, 8).Generate(Requests, Sampling, Draws with { Step = 4 });
        Assert.Contains(first.Zip(other), pair => !pair.First.OutputIds.SequenceEqual(pair.Second.OutputIds));
    }

    [Fact]
    public void Generate_OneRequestAlone_DrawsWhatItDrewBesideOthers()
    {
        IReadOnlyList<GeneratedSequence> alone = new GenerationEngine(_model, Eos, 8).Generate([Requests[4]], Sampling, Draws);
        Assert.Equal(Generate(8).Where(o => o.Request == 4).Select(o => string.Join(',', o.OutputIds)), alone.Select(o => string.Join(',', o.OutputIds)));
    }

    [Fact]
    public void Generate_Progress_CountsEveryToken()
    {
        long counted = 0;
        IReadOnlyList<GeneratedSequence> outputs = new GenerationEngine(_model, Eos, 5).Generate(Requests, Sampling, Draws, tokens => counted += tokens);
        Assert.Equal(outputs.Sum(o => (long)o.OutputIds.Length), counted);
    }

    [Fact]
    public void Generate_LimitBeyondTheContext_EndsUnfinishedWhereTheContextEnds()
    {
        IReadOnlyList<GeneratedSequence> outputs = new GenerationEngine(_model, eosId: -1, 8).Generate(Requests, Sampling with { MaxNewTokens = 1000 }, Draws);
        Assert.All(outputs, o => Assert.Equal((40 - Requests[o.Request].PromptIds.Length, false), (o.OutputIds.Length, o.Finished)));
    }

    [Fact]
    public void Generate_PromptWithoutRoom_IsRefusedAsUserData()
    {
        var engine = new GenerationEngine(_model, Eos, 8);
        foreach (int[] prompt in new[] { [], new int[40] })
        {
            var failure = Assert.Throws<StageFailedException>(() => engine.Generate([new GenerationRequest([3], 1, 0), new GenerationRequest(prompt, 1, 1)], Sampling, Draws));
            Assert.Equal(StageFailureClass.UserData, failure.Failure);
            Assert.Contains("prompt 1", failure.Message);
        }
    }

    [Fact]
    public void Generate_EveryRowEndsWithItsFirstToken_WaitingOnesAreStillSampled()
    {
        SamplingOptions greedy = Sampling with { Temperature = 0 };
        int first = Generate(8, greedy)[0].OutputIds[0];

        IReadOnlyList<GeneratedSequence> outputs = new GenerationEngine(_model, eosId: first, 1).Generate([Requests[0]], greedy, Draws);

        Assert.Equal(4, outputs.Count);
        Assert.All(outputs, output => Assert.True(output.Finished && output.OutputIds is [int only] && only == first));
    }

    [Fact]
    public void Generate_CacheLargerThanAnyMemory_IsOutOfMemory()
    {
        using Decoder longContext = Decoder.Create(
            DecoderConfig.Of(new ModelShapeOptions { HiddenSize = 32, NumLayers = 1, NumHeads = 4, NumKvHeads = 4, IntermediateSize = 48, ContextTokens = 1 << 20 }, 16, Eos, 0), 5, "test", 0.3);
        var engine = new GenerationEngine(longContext, Eos, int.MaxValue);

        var failure = Assert.Throws<StageFailedException>(() =>
            engine.Generate([new GenerationRequest([3], int.MaxValue, 0)], Sampling with { MaxNewTokens = 1 << 20 }, Draws));

        Assert.Equal(StageFailureClass.OutOfMemory, failure.Failure);
    }

    private IReadOnlyList<GeneratedSequence> Generate(int maxRows, SamplingOptions? sampling = null) =>
        new GenerationEngine(_model, Eos, maxRows).Generate(Requests, sampling ?? Sampling, Draws);
}
