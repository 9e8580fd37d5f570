using System.Text.Json;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Randomness;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Training.Generation;
using R1Pipeline.Training.Tests.Losses;
using R1Pipeline.Training.Tests.Runtime;

namespace R1Pipeline.Training.Tests.Generation;

public sealed class SamplerTests
{
    [Fact]
    public void Probabilities_FixtureCases_Match()
    {
        Dictionary<string, float[]> tensors = GrpoFixture.Tensors(Path.Combine(GrpoFixture.Folder("sampling"), "sampling.safetensors"));
        SharedFixtures.HasOnly(GrpoFixture.Folder("sampling"), ["cases.json", "sampling.safetensors"]);
        var covered = new List<string>();
        var unread = tensors.Keys.ToHashSet();
        foreach (JsonElement item in GrpoFixture.Cases("sampling").EnumerateArray())
        {
            JsonElement options = item.GetProperty("options");
            covered.Add(item.GetProperty("id").GetString()!);
            double Value(string name, double otherwise) => options.TryGetProperty(name, out JsonElement value) ? value.GetDouble() : otherwise;
            var sampling = new SamplingOptions { Temperature = Value("temperature", 1), TopK = (int)Value("top_k", 0), TopP = Value("top_p", 1), MinP = Value("min_p", 0), RepetitionPenalty = Value("repetition_penalty", 1) };

            float[] logits = tensors[item.GetProperty("logits").GetString()!], expected = tensors[item.GetProperty("probs").GetString()!];
            unread.ExceptWith(((string[])["logits", "probs", "input_ids"]).Select(name => item.GetProperty(name).GetString()!));
            int vocabulary = logits.Length / 6;
            int[] ids = [.. tensors[item.GetProperty("input_ids").GetString()!].Select(id => (int)id)];
            HashSet<int>[] contexts = [.. ids.Chunk(ids.Length / 6).Select(row => row.ToHashSet())];
            var sampler = new Sampler(sampling, vocabulary);
            for (int row = 0; row < 6; row++)
            {
                float[] actual = sampler.Probabilities(logits.AsSpan(row * vocabulary, vocabulary), contexts[row]);
                float[] wanted = expected.AsSpan(row * vocabulary, vocabulary).ToArray();
                if (row == 5) // tied logits: which of equals is cut is the reference's choice
                {
                    Array.Sort(actual);
                    Array.Sort(wanted);
                }
                for (int i = 0; i < vocabulary; i++) Assert.Equal(wanted[i], actual[i], 1e-5);
            }
        }
        Assert.Equal(30, covered.Count);
        Assert.Empty(unread);
    }

    [Fact]
    public void Draw_RepetitionPenalty_ChangesTheChoiceAndNotTheLogprob()
    {
        float[] logits = [2, 1.9f, -1, 0];
        var sampler = new Sampler(new SamplingOptions { Temperature = 0, RepetitionPenalty = 1.2 }, 4);
        TokenDraw free = sampler.Draw(logits, 0, new HashSet<int>()), repeated = sampler.Draw(logits, 0, new HashSet<int> { 0, 2 });
        Assert.Equal((0, 1), (free.Id, repeated.Id));
        Assert.Equal(new Sampler(new SamplingOptions(), 4).Draw(logits, 0.5).Logprob, repeated.Logprob);
        Assert.Equal(free.Entropy, repeated.Entropy);
    }

    [Theory]
    [InlineData(1.0, 1.0, 0)]
    [InlineData(0.7, 0.9, 0)]
    [InlineData(1.3, 0.95, 7)]
    public void Draw_ManyUniforms_FollowTheProbabilities(double temperature, double topP, int topK)
    {
        float[] logits = Logits(700); // more than one block
        var sampler = new Sampler(new SamplingOptions { Temperature = temperature, TopP = topP, TopK = topK }, logits.Length);
        float[] probabilities = sampler.Probabilities(logits);
        const int draws = 40_000;
        int[] counts = new int[logits.Length];
        for (int i = 0; i < draws; i++) counts[sampler.Draw(logits, (i + 0.5) / draws).Id]++;
        // Evenly spaced uniforms hit each interval of the inverse CDF in proportion, to one draw.
        for (int i = 0; i < logits.Length; i++) Assert.Equal(probabilities[i], counts[i] / (double)draws, 2.0 / draws);
    }

    [Theory]
    [InlineData(1.0, 1.0, 0)]
    [InlineData(0.6, 0.8, 20)]
    [InlineData(0.0, 1.0, 0)]
    public void Draw_AnyOptions_ReportsTheUntemperedFullDistribution(double temperature, double topP, int topK)
    {
        float[] logits = Logits(111);
        double mass = logits.Sum(l => Math.Exp(l));
        double entropy = -logits.Sum(l => Math.Exp(l) / mass * Math.Log(Math.Exp(l) / mass));
        TokenDraw draw = new Sampler(new SamplingOptions { Temperature = temperature, TopP = topP, TopK = topK }, 111).Draw(logits, 0.37);
        Assert.Equal(logits[draw.Id] - Math.Log(mass), draw.Logprob, 1e-5);
        Assert.Equal(entropy, draw.Entropy, 1e-5);
    }

    [Fact]
    public void Draw_Greedy_TakesTheFirstOfTheLargest() =>
        Assert.Equal(2, new Sampler(new SamplingOptions { Temperature = 0 }, 5).Draw([0, -1, 3, 3, 2], 0.99).Id);

    [Theory]
    [InlineData(0.0, 1)]
    [InlineData(0.999999999999, 3)]
    public void Draw_UniformAtTheEnds_NeverTakesATokenWithoutMass(double uniform, int expected) =>
        Assert.Equal(expected, new Sampler(new SamplingOptions(), 5).Draw([float.NegativeInfinity, 0, 0, 0, float.NegativeInfinity], uniform).Id);

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Draw_LogitIsNotFinite_StopsAsNumericGuard(float bad)
    {
        foreach (int place in new[] { 0, 100 })
        {
            float[] logits = Logits(111);
            logits[place] = bad;
            var failure = Assert.Throws<StageFailedException>(() => new Sampler(new SamplingOptions(), 111).Draw(logits, 0.5));
            Assert.Equal(StageFailureClass.NumericGuard, failure.Failure);
        }
    }

    [Fact]
    public void StreamOf_DifferentCoordinates_DrawDifferentNumbers()
    {
        var here = new DrawCoordinates(1, "rl", 3, "rollouts");
        double[] firsts =
        [
            here.StreamOf(0, 0).NextDouble(), here.StreamOf(0, 1).NextDouble(), here.StreamOf(1, 0).NextDouble(), (here with { Step = 4 }).StreamOf(0, 0).NextDouble(),
            (here with { Seed = 2 }).StreamOf(0, 0).NextDouble(), (here with { Stage = "zero" }).StreamOf(0, 0).NextDouble(), (here with { Purpose = "k16" }).StreamOf(0, 0).NextDouble(),
        ];
        Assert.Equal(firsts.Length, firsts.Distinct().Count());
        RandomStream again = here.StreamOf(0, 1);
        Assert.Equal(firsts[1], again.NextDouble());
    }

    private static float[] Logits(int vocabulary) => [.. Enumerable.Range(0, vocabulary).Select(i => (float)(3 * Math.Sin(i * 1.7) - (i % 13 * 0.2)))];
}
