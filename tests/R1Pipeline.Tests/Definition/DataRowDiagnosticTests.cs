using R1Pipeline.Definition;

namespace R1Pipeline.Tests.Definition;

public sealed class DataRowDiagnosticTests
{
    private const string Yaml = """
        name: t
        data:
          rows: { path: rows.jsonl, fields: { prompt: question, gold: final } }
          text: { path: text.jsonl }
        stages:
          base: { uses: pretraining, data: [text], with: { tokenizer: bytes } }
          rl:   { uses: reasoning-rl, model: base, data: [rows] }
          kept: { uses: rejection-sampling, model: rl, data: [rows] }
        """;

    [Fact]
    public void Compile_GoodRows_NoDiagnostic()
    {
        using var folder = new PipelineFolder();
        folder.Write("rows.jsonl", """{"question": "1 + 1 = ?", "final": "2"}""" + "\n");
        folder.Write("text.jsonl", """{"text": "one"}""" + "\n");

        Assert.Empty(folder.Compile(Yaml).Diagnostics);
    }

    [Fact]
    public void Compile_BadRows_NamesFileLineAndField()
    {
        using var folder = new PipelineFolder();
        string rows = folder.Write("rows.jsonl", """
            {"question": "1 + 1 = ?", "final": "2"}
            {"question": "1 + 2 = ?"}
            not json
            """ + "\n");
        string text = folder.Write("text.jsonl", """{"text": "one"}""" + "\n" + """{"words": "two"}""" + "\n");
        CompileResult result = folder.Compile(Yaml);

        Assert.Null(result.Definition);
        Assert.All(result.Diagnostics, problem => Assert.Equal("R1023", problem.Code));
        Assert.Equal([(rows, 2), (rows, 3), (text, 2)], result.Diagnostics.Select(problem => (problem.File, problem.Line)));
        Assert.Contains("final", result.Diagnostics[0].Message);
    }

    [Fact]
    public void Compile_WrongFormat_ListsTheFirstTwentyRows()
    {
        using var folder = new PipelineFolder();
        folder.Write("rows.jsonl", string.Concat(Enumerable.Repeat("a,b,c\n", 1000)));
        folder.Write("text.jsonl", """{"text": "one"}""" + "\n");

        Assert.Equal(20, folder.Compile(Yaml).Diagnostics.Count);
    }

    [Fact]
    public void Compile_RowsAndFileBothWrong_AllAtOnce()
    {
        using var folder = new PipelineFolder();
        folder.Write("rows.jsonl", """{"question": "1 + 1 = ?"}""" + "\n");
        folder.Write("text.jsonl", """{"text": "one"}""" + "\n");
        CompileResult result = folder.Compile(Yaml.Replace("uses: reasoning-rl", "uses: reasoning-lr"));

        Assert.Equal(["7:17 R1011", "rows.jsonl:1:0 R1023"], folder.Short(result).Select(text => text.Replace("1:1 R", "1:0 R")));
    }

    [Fact]
    public void Compile_LabelledRows_AreWhatAPointwiseRewardModelNeedsAndBadOnesAreNamedByLine()
    {
        const string pointwise = """
            name: t
            data:
              text:   { path: text.jsonl }
              labels: { path: labels.jsonl }
            stages:
              base: { uses: pretraining, data: [text], with: { tokenizer: bytes } }
              rm:   { uses: reward-modeling, model: base, data: [labels], with: { objective: pointwise } }
            """;
        using var folder = new PipelineFolder();
        folder.Write("text.jsonl", """{"text": "one"}""" + "\n");
        folder.Write("labels.jsonl", """
            {"prompt": "p", "response": "r", "label": "safe"}
            {"prompt": "p", "response": "r", "label": false}
            {"prompt": [{"role": "user", "content": "p"}], "think": "t", "answer": "a", "label": 1}
            {"prompt": "p", "response": "r", "label": "harmless"}
            {"prompt": "p", "response": "r", "label": 0.5}
            {"prompt": "p", "response": "r"}
            {"prompt": "p", "chosen": "r", "rejected": "s"}
            """ + "\n");

        CompileResult result = folder.Compile(pointwise);

        Assert.Equal(["labels.jsonl:4:43 R1023", "labels.jsonl:5:43 R1023", "labels.jsonl:6:1 R1023", "labels.jsonl:7:1 R1023", "labels.jsonl:7:1 R1023"], folder.Short(result));
        Assert.Contains("\"harmless\"; accepted are safe, true and 1, unsafe, false and 0", result.Diagnostics[0].Message);
        Assert.Contains("prompt + response + label", result.Diagnostics[2].Message);

        // Pairs are what the other objective needs, and the other way round; a key of that name may mean anything there.
        string[] pairwise = [.. folder.Short(folder.Compile(pointwise.Replace("pointwise", "pairwise")))];
        Assert.Equal(12, pairwise.Length);
        Assert.DoesNotContain(pairwise, problem => problem.StartsWith("labels.jsonl:7", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("objective: pointwise, min-pair-accuracy: 0.6", "min-auc")]
    [InlineData("min-auc: 0.6", "min-pair-accuracy")]
    public void Compile_GateOfTheOtherObjective_HasNoEffect(string options, string hint)
    {
        using var folder = new PipelineFolder();
        folder.Write("text.jsonl", """{"text": "one"}""" + "\n");
        folder.Write("rows.jsonl", """{"prompt": "p", "response": "r", "label": "safe", "chosen": "a", "rejected": "b"}""" + "\n");
        CompileResult result = folder.Compile($$"""
            name: t
            data:
              text: { path: text.jsonl }
              rows: { path: rows.jsonl }
            stages:
              base: { uses: pretraining, data: [text], with: { tokenizer: bytes } }
              rm:   { uses: reward-modeling, model: base, data: [rows], with: { {{options}} } }
            """);

        Assert.Contains(hint, Assert.Single(result.Diagnostics).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Compile_UnusedSource_MustStillBeJsonLines()
    {
        using var folder = new PipelineFolder();
        folder.Write("rows.jsonl", """{"question": "1 + 1 = ?", "final": "2"}""" + "\n");
        folder.Write("text.jsonl", """{"text": "one"}""" + "\n");
        folder.Write("spare.jsonl", "[1, 2]\n");
        CompileResult result = folder.Compile(Yaml.Replace("data:\n  rows", "data:\n  spare: { path: spare.jsonl }\n  rows"));

        Assert.Equal("R1023", PipelineFolder.Only(result).Code);
    }
}
