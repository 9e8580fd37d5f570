using System.Text.Json;
using System.Text.Json.Nodes;
using R1Pipeline.Data.Lines;
using R1Pipeline.Rewards.Grading;
using R1Pipeline.Tests.Data;

namespace R1Pipeline.Tests.Rewards;

public class GradedRowsTests
{
    [Fact]
    public void Run_BadLines_AreNamedAndTheRestIsGradedInOrder()
    {
        const string Input = """
            {"id": "a", "gold": "1/2", "prediction": "0.5", "options": {"house_style": 1}}
            not json
            {"id": "b", "gold": "1"}

            {"id": 7, "gold": null, "prediction": "1"}
            """;
        var output = new StringWriter();
        int bad = AnsweredLines.Run(new StringReader(Input), output, MathRows.Grade);

        JsonElement[] rows = [.. output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(2, bad);
        Assert.Equal(4, rows.Length);
        Assert.True(rows[0].GetProperty("correct").GetBoolean());
        Assert.Contains("house_style", rows[0].GetProperty("reason").GetString());
        Assert.Equal(JsonValueKind.Null, rows[1].GetProperty("id").ValueKind);
        Assert.Equal(2, rows[1].GetProperty("line").GetInt32());
        Assert.Equal(("b", 3), (rows[2].GetProperty("id").GetString(), rows[2].GetProperty("line").GetInt32()));
        Assert.Contains("prediction", rows[2].GetProperty("error").GetString());
        Assert.Equal(JsonValueKind.Null, rows[3].GetProperty("correct").ValueKind);
    }

    [Fact]
    public async Task RunAsync_SeveralAtOnce_KeepsTheOrderAndTheBound()
    {
        const int AtOnce = 4;
        int inFlight = 0, most = 0;
        using var together = new Barrier(AtOnce);
        var output = new StringWriter();
        string input = string.Concat(Enumerable.Range(0, 40).Select(number => number % 10 == 9 ? "no json\n" : $"{{\"id\": {number}}}\n"));
        int bad = await AnsweredLines.RunAsync(new StringReader(input), AtOnce, row => Task.Run(() =>
        {
            lock (output) most = Math.Max(most, ++inFlight);
            int id = row.GetProperty("id").GetInt32();

            // The first four wait for each other: they can only end when they run at once; then the later of a pair ends first.
            if (id < AtOnce) together.SignalAndWait(TestContext.Current.CancellationToken);
            if (id % 2 == 0) Thread.SpinWait(200_000);
            lock (output) inFlight--;
            return id == 8 ? throw RowFields.Refused("not this one") : new JsonObject { ["twice"] = 2 * id };
        }), line => AnsweredLines.Write(line, output));

        JsonElement[] rows = [.. output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal((5, AtOnce), (bad, most));
        Assert.Equal(Enumerable.Range(0, 40).Select(number => number % 10 == 9 || number == 8 ? -number - 1 : 2 * number), rows.Select(row => row.TryGetProperty("twice", out JsonElement twice) ? twice.GetInt32() : -row.GetProperty("line").GetInt32()));
    }

    [Fact]
    public async Task RunAsync_OneBreaks_WaitsForTheOthersAndSaysWhy()
    {
        int started = 0, ended = 0;
        var error = await Assert.ThrowsAsync<NotSupportedException>(() => AnsweredLines.RunAsync(new StringReader("{\"id\":0}\n{\"id\":1}\n{\"id\":2}\n"), atOnce: 3, row => Task.Run<JsonObject>(() =>
        {
            Interlocked.Increment(ref started);
            try
            {
                if (row.GetProperty("id").GetInt32() == 0) throw new NotSupportedException("broken");
                Thread.SpinWait(500_000);
                return [];
            }
            finally
            {
                Interlocked.Increment(ref ended);
            }
        }), _ => { }));
        Assert.Equal(("broken", started), (error.Message, ended));
    }

    [Fact]
    public void FormatRows_SharedCases_FollowEachRule()
    {
        int cases = 0;
        foreach (JsonElement row in SharedFiles.JsonLines("data/format/third_party_format_cases.jsonl"))
        {
            string format = row.GetProperty("reward").GetString() switch { "format_reward" => "open-r1", "tag_count_reward" => "tag-count", _ => "r1" };
            FormatVerdictOf(row, format, row.GetProperty("expected").GetDouble());
            cases++;
        }

        foreach (JsonElement row in SharedFiles.JsonLines("data/format/own_format_cases.jsonl"))
        {
            FormatVerdictOf(row, "r1-zero", row.GetProperty("expected_strict").GetInt32());
            cases++;
        }

        Assert.Equal(36, cases);
    }

    [Fact]
    public void LanguageRows_SharedCases_AreExact()
    {
        foreach (JsonElement row in SharedFiles.JsonLines("data/language/language_consistency.jsonl"))
        {
            foreach (string target in new[] { "en", "zh" })
            {
                string line = JsonSerializer.Serialize(new { id = "1", text = row.GetProperty("text").GetString(), target });
                var output = new StringWriter();
                Assert.Equal(0, AnsweredLines.Run(new StringReader(line), output, LanguageRows.Grade));
                JsonElement grade = JsonDocument.Parse(output.ToString()).RootElement;
                Assert.Equal(row.GetProperty("ratio_" + target).GetDouble(), grade.GetProperty("ratio").GetDouble(), 1e-9);
                Assert.Equal(row.GetProperty("counts").GetProperty("total").GetInt32(), grade.GetProperty("num_words").GetInt32());
            }
        }
    }

    private static void FormatVerdictOf(JsonElement row, string format, double expected)
    {
        Assert.NotNull(NamedFormats.Check(row.GetProperty("completion").GetString()!, format, out double value));
        Assert.True(expected == value, $"{row.GetProperty("id")}: {value}");
    }
}
