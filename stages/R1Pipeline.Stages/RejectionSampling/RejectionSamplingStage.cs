using R1Pipeline.Contracts.Artifacts;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Rows;
using R1Pipeline.StageHost;
using R1Pipeline.Stages.Gates;
using R1Pipeline.Stages.Judging;
using R1Pipeline.Stages.Models;
using R1Pipeline.Stages.Rows;
using R1Pipeline.Stages.Shards;

namespace R1Pipeline.Stages.RejectionSampling;

/// <summary>
/// Makes the SFT set from the RL model (r1-recipe.md 9): several samples of every problem, only correct, well-formed, single-language, unrepetitive
/// ones kept, merged with general rows. Trains nothing. Refuses to hand on an empty set.
/// </summary>
public sealed class RejectionSamplingStage : IStage
{
    /// <inheritdoc/>
    public string Uses => "rejection-sampling";

    /// <inheritdoc/>
    public StageResult Execute(StageContext context)
    {
        var options = context.Options<RejectionSamplingOptions>();
        using var model = LanguageModel.OpenToSample(context, context.Artifact("model"));

        using var judge = StageJudge.Open(context, options.Judge);
        var ledger = RowLedger.Read(context);
        var (problems, general) = Split(context, ledger, model, options);
        var engine = model.NewEngine(context, Math.Min(options.ShardProblems, problems.Count) * options.Samples, options.MaxPrefillTokens);
        var sampler = new ProblemSampler(options, model, engine, problems, judge is null ? null : new JudgedAccuracy(judge, options.Format, context), context.Request.Seed, context.Request.Stage);
        var shards = new ShardLoop<RejectionShard>(context).Run(
            sampler.NumShards, shard => sampler.Sample(shard, context.Progress), StepFigures, context.Resume?.Directory);

        KeptOutput[] kept = [.. shards.SelectMany(shard => shard.Kept)];
        int numWanted = GeneralRows.NumWanted(options, kept.Length);
        var merged = GeneralRows.Draw(general, numWanted, context.Request.Seed, context.Request.Stage);
        if (merged.Count < numWanted) context.Log.Warning("{Wanted} general rows wanted, {Found} found: all are taken", numWanted, merged.Count);
        foreach (var row in problems.Concat(merged)) row.Use();

        var metrics = Metrics(shards, kept.Length, merged.Count);
        var gates = new StageGates(context);
        gates.Measured(new GateOutcome($"reasoning rows kept ({Summary(metrics)})", kept.Length, options.MinKept, null));
        if (kept.Length + merged.Count == 0)
        {
            throw new StageFailedException(
                StageFailureClass.UserData,
                $"stage {context.Request.Stage}: nothing was kept ({Summary(metrics)}) and there are no general rows; the next stage would train on nothing. Train the model longer, lower the temperature or sample more.");
        }

        var artifact = context.CommitArtifact(
            ArtifactKind.Dataset, directory => DatasetFile.Write(directory, kept.Select(output => Row(context, problems, output)).Concat(merged.Select(General))));
        return gates.Demand(new StageResult(artifact, WithGates(metrics, gates), ledger.Accounts()));
    }

    private static (IReadOnlyList<LedgerRow> Problems, IReadOnlyList<LedgerRow> General) Split(
        StageContext context, RowLedger ledger, LanguageModel model, RejectionSamplingOptions options)
    {
        var filter = new QuestionFilter(model.Text, model.Decoder.Config, options.Judge is null ? null : JudgedAccuracy.IsFor);
        var general = new List<LedgerRow>();
        var problems = new List<LedgerRow>();
        foreach (var row in ledger.Rows)
        {
            string? refusal = row.Row.IsReasoning ? filter.Reason(row.Row) : row.Row.Response is null ? "no-gold-no-response" : null;
            if (refusal is not null) row.Refuse(refusal);
            else if (row.Row.IsReasoning) problems.Add(row);
            else general.Add(row);
        }

        if (problems.Count > 0) return ([.. problems.Take(options.Problems ?? int.MaxValue)], general);
        throw new StageFailedException(
            StageFailureClass.UserData,
            $"stage {context.Request.Stage}: no problem to sample. "
            + QuestionFilter.Explain(ledger.Rows.Where(row => row.Refusal is not null).Select(row => row.Refusal!)));
    }

    private static DataRow Row(StageContext context, IReadOnlyList<LedgerRow> problems, KeptOutput output)
    {
        var problem = problems[output.Problem].Row;
        return new DataRow
        {
            Source = context.Request.Stage,
            Line = 0,
            Id = $"{problem.Key}#{output.Sample}",
            Prompt = problem.Prompt,
            Response = output.Text,
            Language = problem.Language,
        };
    }

    private static DataRow General(LedgerRow row) => new()
    {
        Source = row.Row.Source,
        Line = row.Row.Line,
        Id = row.Id,
        Prompt = row.Row.Prompt,
        Response = row.Row.Response,
        Language = row.Row.Language,
    };

    private static Dictionary<string, double> StepFigures(RejectionShard shard) => new()
    {
        ["sampled"] = shard.NumSampled,
        ["passed"] = shard.NumPassed,
        ["kept"] = shard.Kept.Count,
    };

    private static Dictionary<string, double> Metrics(IReadOnlyList<RejectionShard> shards, int numKept, int numGeneral)
    {
        var metrics = new Dictionary<string, double>
        {
            ["sampled"] = shards.Sum(shard => shard.NumSampled),
            ["passed"] = shards.Sum(shard => shard.NumPassed),
            ["kept"] = numKept,
            ["general_rows"] = numGeneral,
        };
        foreach (string reason in RejectionFilters.Reasons)
        {
            int dropped = shards.Sum(shard => shard.Dropped.GetValueOrDefault(reason));
            if (dropped > 0 || reason is not (RejectionFilters.RewardError or RejectionFilters.NotGradable)) metrics[$"dropped_{reason.Replace('-', '_')}"] = dropped;
        }

        return metrics;
    }

    private static Dictionary<string, object> WithGates(Dictionary<string, double> metrics, StageGates gates)
    {
        var all = metrics.ToDictionary(figure => figure.Key, figure => (object)figure.Value);
        all["gates"] = gates.Outcomes;
        return all;
    }

    private static string Summary(Dictionary<string, double> metrics) =>
        $"{metrics["sampled"]} sampled; dropped: "
        + string.Join(", ", RejectionFilters.Reasons.Select(reason => (reason, count: metrics.GetValueOrDefault($"dropped_{reason.Replace('-', '_')}"))).Where(item => item.count > 0).Select(item => $"{item.count} {item.reason}"));
}
