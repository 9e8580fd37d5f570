using System.Text.Json;
using System.Text.Json.Nodes;
using R1Pipeline.Contracts.Rewards;
using R1Pipeline.Rewards.Judging;

namespace R1Pipeline.Rewards.Grading;

/// <summary>
/// Rows that a language model judges. Correctness: in <c>{id, prompt, gold, prediction}</c>, out <c>{id, correct, analysis, reason}</c>. Score: in
/// <c>{id, prompt, response}</c>, out <c>{id, score, analysis, reason}</c>, from 0 to 1. Pairwise: in <c>{id, prompt, a, b}</c>, out
/// <c>{id, preference, gap, verdicts, analyses, reason}</c>. A judgement that failed is null with its <c>reason</c>.
/// </summary>
public static class JudgeRows
{
    /// <summary>A row's judgement. What the judge is asked is paid for, in the order of the calls, before this returns.</summary>
    /// <param name="row">The row.</param>
    /// <param name="kind">What is asked.</param>
    /// <param name="judge">Who is asked.</param>
    /// <param name="numJudgements">Judgements of a pair, an even number: half of them see the responses in the other order.</param>
    /// <param name="minGap">A pair is kept where the mean verdict is further from 0 than this.</param>
    /// <exception cref="Contracts.Stages.StageFailedException">UserData: a field is missing or of another kind, or the endpoint refuses every question.</exception>
    public static Task<JsonObject> JudgeAsync(JsonElement row, JudgeKind kind, Judge judge, int numJudgements, double minGap)
    {
        ArgumentNullException.ThrowIfNull(judge);
        RowFields.RequireId(row);
        string prompt = RowFields.Text(row, "prompt");
        return kind switch
        {
            JudgeKind.Correctness => SingleAsync(judge, JudgeQuestion.Correctness(prompt, RowFields.Text(row, "gold"), RowFields.Text(row, "prediction")), "correct", value => value == 1),
            JudgeKind.Score => SingleAsync(judge, JudgeQuestion.Score(prompt, RowFields.Text(row, "response")), "score", value => value),
            _ => PairAsync(judge, prompt, RowFields.Text(row, "a"), RowFields.Text(row, "b"), numJudgements, minGap),
        };
    }

    /// <summary>The preference pair that a judged row makes, <c>{id, prompt, chosen, rejected}</c> as reward-model stages read it; null: it makes none.</summary>
    public static JsonObject? Pair(JsonElement row, JsonObject judged)
    {
        ArgumentNullException.ThrowIfNull(judged);
        if (judged["preference"]?.GetValue<string>() is not (("a" or "b") and var better)) return null;
        return new JsonObject
        {
            ["id"] = judged["id"]?.DeepClone(),
            ["prompt"] = RowFields.Text(row, "prompt"),
            ["chosen"] = RowFields.Text(row, better),
            ["rejected"] = RowFields.Text(row, better == "a" ? "b" : "a"),
        };
    }

    private static async Task<JsonObject> SingleAsync(Judge judge, JudgeQuestion question, string name, Func<double, JsonNode> verdict)
    {
        Judgement judgement = await judge.AskAsync(question).ConfigureAwait(false);
        return new JsonObject { [name] = judgement.Outcome.Value is { } value ? verdict(value) : null, ["analysis"] = judgement.Analysis, ["reason"] = judgement.Outcome.Error };
    }

    private static async Task<JsonObject> PairAsync(Judge judge, string prompt, string a, string b, int numJudgements, double minGap)
    {
        Task<Judgement>[] asked =
        [
            .. Enumerable.Range(0, numJudgements).Select(i => judge.AskAsync(
                (i % 2 == 0 ? JudgeQuestion.Pairwise(prompt, a, b) : JudgeQuestion.Pairwise(prompt, b, a)) with { Repeat = i / 2 })),
        ];
        Judgement[] judgements = await Task.WhenAll(asked).ConfigureAwait(false);
        double?[] verdicts = [.. judgements.Select((judgement, i) => i % 2 == 0 ? judgement.Outcome.Value : -judgement.Outcome.Value)];
        // A verdict that is missing leaves one position heavier than the other: no mean of the rest stands for all.
        string? failure = judgements.Select(judgement => judgement.Outcome.Error).FirstOrDefault(error => error is not null);
        double? gap = failure is null ? verdicts.Average() : null;
        return new JsonObject
        {
            ["preference"] = gap is null ? null : gap > minGap ? "a" : gap < -minGap ? "b" : "draw",
            ["gap"] = gap,
            ["verdicts"] = new JsonArray([.. verdicts.Select(verdict => (JsonNode?)verdict)]),
            ["analyses"] = new JsonArray([.. judgements.Select(judgement => (JsonNode?)judgement.Analysis)]),
            ["reason"] = failure,
        };
    }
}
