using System.Text.Json;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Training.Losses;
using R1Pipeline.Training.Rollouts;
using TorchSharp;

namespace R1Pipeline.Training.Tests.Losses;

/// <summary>
/// Loss, gradient, advantages and figures against the shared GRPO cases, within the tolerances of their README.
/// The loss sees only output tokens, so a wholly masked row (overlong_*) is a row without tokens.
/// </summary>
public sealed class GrpoFixtureTests
{
    private static readonly string[] Covered =
    [
        "grpo_paper_a", "grpo_trl_a", "grpo_paper_b", "grpo_trl_b", "grpo_r1_eps10", "grpo_no_kl", "grpo_small_beta", "grpo_k1", "grpo_k2",
        "grpo_eps1e6", "grpo_batch_std", "grpo_batch_std_pop", "grpo_no_std", "grpo_wide_ratios", "grpo_large", "dapo", "dapo_wide", "dapo_large",
        "dr_grpo", "dr_grpo_large", "overlong_all_rows", "overlong_token_mean", "overlong_constant", "on_policy",
    ];

    private static readonly Dictionary<string, string> Uncovered = new()
    {
        ["gspo"] = "sequence-level ratio (GSPO)",
        ["gspo_wide_clip"] = "sequence-level ratio (GSPO)",
        ["cispo"] = "CISPO",
        ["cispo_wide"] = "CISPO",
        ["rloo"] = "advantage rloo",
        ["rloo_seq"] = "advantage rloo",
        ["reinforce_pp_baseline"] = "advantage reinforce_pp_baseline",
        ["reinforce_pp_baseline_k2"] = "advantage reinforce_pp_baseline",
        ["tis_token"] = "truncated importance sampling",
        ["tis_token_wide"] = "truncated importance sampling",
        ["tis_token_mask"] = "truncated importance sampling",
        ["tis_sequence"] = "truncated importance sampling",
        ["ratio_cap"] = "ratio cap",
        ["overlong_active_rows"] = "mean over the rows that have a token",
    };

    public static TheoryData<string> CoveredCases => [.. Covered];

    [Fact]
    public void Cases_AllOfThem_AreCoveredOrNamedWithTheReason()
    {
        JsonElement cases = GrpoFixture.Cases("grpo");
        Assert.Equal(cases.EnumerateArray().Select(c => c.GetProperty("id").GetString()).Order(), Covered.Concat(Uncovered.Keys).Order());
        foreach (JsonElement item in cases.EnumerateArray())
        {
            string id = item.GetProperty("id").GetString()!;
            Assert.Equal(Uncovered.GetValueOrDefault(id), GrpoFixture.OptionsOf(item.GetProperty("options")).Refusal);
        }
    }

    [Theory, MemberData(nameof(CoveredCases))]
    public void Compute_FixtureCase_MatchesLossGradientAdvantagesAndFigures(string id)
    {
        var @case = new Case(id);
        GrpoOptions options = @case.Options;
        int rows = @case.Rewards.Length, width = @case.Mask.Length / rows;

        float[] advantages = GroupAdvantage.Compute([.. @case.Rewards.Select(r => (double?)r)], @case.GroupSize, options);
        for (int i = 0; i < rows; i++) AssertClose(@case.Expected["advantages"][i], advantages[i], 1e-5, 1e-6);

        int[] rowTokens = [.. Enumerable.Range(0, rows).Select(i => @case.Mask.AsSpan(i * width, width).ToArray().Count(m => m != 0))];
        float[] rowWeights = TokenWeights.OfRows(options.Aggregation, rowTokens, options.MaxNewTokens);
        int[] places = [.. Enumerable.Range(0, rows * width).Where(i => @case.Mask[i] != 0)];

        using var scope = torch.NewDisposeScope();
        torch.Tensor Flat(Func<int, float> value) => torch.tensor(places.Select(value).ToArray());
        torch.Tensor policy = Flat(i => @case.Batch["logprobs_new"][i]).requires_grad_(true);
        var tokens = new GrpoTokens(
            policy,
            Flat(i => @case.Batch[@case.OldEqualsNew ? "logprobs_new" : "logprobs_old"][i]),
            Flat(i => @case.Batch["logprobs_ref"][i]),
            Flat(i => advantages[i / width]),
            Flat(i => rowWeights[i / width]));
        var grpo = new GrpoLoss(options);
        (torch.Tensor loss, GrpoFigures figures) = grpo.Compute(tokens);
        loss.backward();

        float[] expectedPerToken = [.. places.Select(i => @case.Expected["per_token_loss"][i])];
        double meanSize = expectedPerToken.Average(l => Math.Abs(l)), expectedLoss = @case.Scalar("loss");
        Assert.Equal(expectedLoss, figures.Loss, 1e-5 * Math.Max(Math.Abs(expectedLoss), meanSize));
        Assert.Equal(loss.ToDouble(), figures.Loss);
        float[] perToken = Values(grpo.PerToken(tokens, out _));
        for (int i = 0; i < places.Length; i++) AssertClose(expectedPerToken[i], perToken[i], 1e-5, 1e-5 * meanSize);

        float[] expectedGradient = @case.Expected["grad_logprobs_new"], gradient = Values(policy.grad!);
        double largest = expectedGradient.Max(g => Math.Abs(g));
        for (int i = 0; i < places.Length; i++) Assert.Equal(expectedGradient[places[i]], gradient[i], 1e-5 * largest);
        AssertClose(@case.Scalar("grad_norm"), Math.Sqrt(gradient.Sum(g => (double)g * g)), 1e-5, 1e-6);

        AssertClose(@case.Scalar("mean_k3"), figures.MeanKl!.Value, 1e-5, 1e-7);
        AssertClose(@case.Scalar("mean_ratio"), figures.MeanRatio, 1e-5, 0);
        Assert.Equal(@case.Scalar("clip_fraction_low"), figures.ClipFractionLow, 1e-12);
        Assert.Equal(@case.Scalar("clip_fraction_high"), figures.ClipFractionHigh, 1e-12);
        Assert.Equal(@case.Scalar("mean_k1"), Values(KlEstimate.PerToken(KlEstimator.K1, policy, tokens.ReferenceLogprobs_N!)).Average(k => (double)k), 1e-5);
        AssertClose(@case.Scalar("mean_k2"), Values(KlEstimate.PerToken(KlEstimator.K2, policy, tokens.ReferenceLogprobs_N!)).Average(k => (double)k), 1e-5, 0);
    }

    private static float[] Values(torch.Tensor tensor) => tensor.detach().data<float>().ToArray();

    private static void AssertClose(double expected, double actual, double relative, double absolute) =>
        Assert.Equal(expected, actual, Math.Max(absolute, relative * Math.Abs(expected)));

    /// <summary>One case with its inputs and expectations.</summary>
    private sealed class Case
    {
        private readonly JsonElement _json;

        public Case(string id)
        {
            string folder = GrpoFixture.Folder("grpo");
            _json = GrpoFixture.Cases("grpo").EnumerateArray().Single(c => c.GetProperty("id").GetString() == id);
            Batch = GrpoFixture.Tensors(Path.Combine(folder, _json.GetProperty("batch").GetString()!));
            Expected = GrpoFixture.Tensors(Path.Combine(folder, _json.GetProperty("expected_tensors").GetString()!));
            Options = GrpoFixture.OptionsOf(_json.GetProperty("options")).Options!;
        }

        public Dictionary<string, float[]> Batch { get; }

        public Dictionary<string, float[]> Expected { get; }

        public GrpoOptions Options { get; }

        public float[] Rewards => Batch["rewards"];

        public float[] Mask => Batch["completion_mask"];

        public int GroupSize => _json.GetProperty("group_size").GetInt32();

        public bool OldEqualsNew => _json.GetProperty("options").TryGetProperty("old_equals_new", out JsonElement value) && value.GetBoolean();

        public double Scalar(string name) => _json.GetProperty("expected").GetProperty(name).GetDouble();
    }
}
