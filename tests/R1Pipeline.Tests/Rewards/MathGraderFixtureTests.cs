using System.Text.Json;
using R1Pipeline.Rewards.Grading;
using R1Pipeline.Rewards.Mathematics;
using R1Pipeline.Tests.Data;

namespace R1Pipeline.Tests.Rewards;

/// <summary>The grader against the labelled cases of other projects. Rows that follow another project's policy or style are not counted.</summary>
public class MathGraderFixtureTests
{
    [Fact]
    public void Grade_EquivalenceCases_AgreesWithTheLabels()
    {
        int counted = 0;
        var wrong = new List<string>();
        int falsePositives = 0;
        foreach (JsonElement row in SharedFiles.JsonLines("data/equivalence/math_equivalence.jsonl"))
        {
            if (row.GetProperty("debatable").GetBoolean() || row.GetProperty("options").TryGetProperty("style", out _)) continue;
            bool expected = row.GetProperty("expected").GetBoolean();
            MathVerdict verdict = MathRows.Judge(row, out _);
            counted++;
            if ((verdict.Correct == true) == expected) continue;
            wrong.Add($"{row.GetProperty("id")} expected {expected}: {verdict}");
            if (!expected) falsePositives++;
        }

        Assert.Equal(419, counted);
        Assert.True(wrong.Count <= 0.02 * counted, string.Join('\n', wrong));
        Assert.True(falsePositives <= 1, string.Join('\n', wrong));
    }

    [Fact]
    public void Grade_AdversarialCases_AreAllRight()
    {
        var wrong = new List<string>();
        foreach (JsonElement row in SharedFiles.JsonLines("data/equivalence/own_adversarial.jsonl"))
        {
            MathVerdict verdict = MathRows.Judge(row, out _);
            if (row.GetProperty("expected").ValueKind is JsonValueKind.True or JsonValueKind.False && verdict.Correct == true != row.GetProperty("expected").GetBoolean()) wrong.Add($"{row.GetProperty("id")}: {verdict}");
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void Grade_ExtractionCases_FindTheAnswer()
    {
        var wrong = new List<string>();
        int counted = 0;
        foreach (JsonElement row in SharedFiles.JsonLines("data/equivalence/answer_extraction.jsonl"))
        {
            string style = row.GetProperty("style").GetString()!;
            MathOptions? options = style switch
            {
                "last-boxed-content" => new MathOptions { RequireBox = true },
                "gsm8k number" => MathOptions.Default,
                _ when style.StartsWith("boxed-or-handoff", StringComparison.Ordinal) => new MathOptions { GuessLastNumber = false },
                _ when style.StartsWith("platinum", StringComparison.Ordinal) => MathOptions.Default,
                _ => null,
            };
            if (options is null) continue;
            counted++;
            string? expected = row.GetProperty("expected").GetString();
            string response = row.GetProperty("response").GetString()!;
            MathVerdict verdict = MathGrader.Grade(expected ?? "0", response, options);
            if (expected is null ? verdict.ExtractedPrediction is not null : verdict.Correct != true) wrong.Add($"{row.GetProperty("id")} expected {expected}: {verdict}");
        }

        Assert.True(counted >= 20);
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void Grade_Gsm8kSolutions_AgreesWithEveryLabel()
    {
        var wrong = new List<string>();
        foreach (JsonElement row in SharedFiles.JsonLines("data/math/gsm8k_model_solutions.jsonl"))
        {
            MathVerdict verdict = MathGrader.Grade(row.GetProperty("gold").GetString(), row.GetProperty("response").GetString());
            if (verdict.Correct != row.GetProperty("is_correct").GetBoolean()) wrong.Add($"{row.GetProperty("id")}: {verdict}");
        }

        Assert.True(wrong.Count == 0, $"{wrong.Count}: {string.Join('\n', wrong)}");
    }

    [Fact]
    public void Grade_SampledGroups_AgreesWithTheCorrectedLabels()
    {
        var wrong = new List<string>();
        int counted = 0;
        foreach (JsonElement row in SharedFiles.JsonLines("data/math/math_sampled_groups.jsonl"))
        {
            foreach ((JsonElement response, JsonElement label) in row.GetProperty("responses").EnumerateArray().Zip(row.GetProperty("is_correct").EnumerateArray()))
            {
                MathVerdict verdict = MathGrader.Grade(row.GetProperty("answer").GetString(), response.GetString());
                counted++;
                if (verdict.Correct != label.GetBoolean()) wrong.Add($"{row.GetProperty("id")} expected {label}: {verdict}");
            }
        }

        Assert.True(wrong.Count <= 0.01 * counted, string.Join('\n', wrong));
    }

    [Fact]
    public void Grade_GoldsOfTheMathematicsFiles_EqualThemselvesInABox()
    {
        var wrong = new List<string>();
        foreach (JsonElement row in SharedFiles.JsonLines("data/math/math500.jsonl"))
        {
            string gold = row.GetProperty("answer").GetString()!;
            MathVerdict verdict = MathGrader.Grade(gold, row.GetProperty("solution").GetString());
            if (verdict.Correct != true) wrong.Add($"{row.GetProperty("id")}: {gold} {verdict}");
        }

        Assert.True(wrong.Count == 0, $"{wrong.Count}: {string.Join('\n', wrong)}");
    }
}
