using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Pipelines;
using R1Pipeline.Definition.Diagnostics;

namespace R1Pipeline.Tests.Definition;

public sealed class OverrideTests
{
    private const string Yaml = """
        name: t
        data:
          rows: { generate: addition, split: worked }
        stages:
          base: { uses: pretraining, data: [rows], with: { tokenizer: addition, epochs: 3 } }
          sft:  { uses: supervised-fine-tuning, model: base, data: [rows] }
        """;

    [Fact]
    public void Compile_Override_ReplacesAddsAndLaterWins()
    {
        using var folder = new PipelineFolder();
        PipelineDefinition definition = folder.Compile(
            Yaml, "stages.base.with.epochs=1", "stages.base.with.epochs=2", "stages.sft.with.schedule=linear", "stages.base.with.model.num-layers=5", "seed=9", "name=other").Definition!;

        var options = (PretrainingOptions)definition.Stages[0].Options;
        Assert.Equal((2, 5, LearningRateSchedule.Linear), (options.Epochs, options.Model.NumLayers, ((SupervisedFineTuningOptions)definition.Stages[1].Options).Schedule));
        Assert.Equal(("other", 9L), (definition.Name, definition.Seed));
    }

    [Fact]
    public void Compile_OverrideWithFlowValue_ReplacesAMapping()
    {
        using var folder = new PipelineFolder();
        PipelineDefinition definition = folder.Compile(Yaml, "stages.base.with={ tokenizer: bytes, max-tokens: 64 }", "stages.sft.data=[rows]").Definition!;

        var options = (PretrainingOptions)definition.Stages[0].Options;
        Assert.Equal(("bytes", 64, 1), (options.Tokenizer, options.MaxTokens, options.Epochs));
    }

    [Fact]
    public void Compile_OverrideInsideAList_TakesAnIndex()
    {
        using var folder = new PipelineFolder();
        PipelineDefinition definition = folder.Compile(
            """
            name: t
            data:
              rows: { generate: addition, split: worked }
              held: { generate: addition, split: held-out }
            stages:
              base: { uses: pretraining, data: [rows], with: { tokenizer: addition } }
              report:
                uses: evaluation
                models: [base]
                tasks: { a: { data: held } }
                gate: [{ task: a, model: base, at-least: 0.1 }, { task: a, model: base, at-least: 0.2 }]
            """,
            "stages.report.gate.1.at-least=0.7").Definition!;

        Assert.Equal([0.1, 0.7], definition.Stages[1].Gates.Select(gate => gate.AtLeast!.Value));
    }

    [Theory]
    [InlineData("stages.stf.with.epochs=1", "R1021", "did you mean 'sft'?")]
    [InlineData("stage.sft.with.epochs=1", "R1021", "did you mean 'stages'?")]
    [InlineData("data.nope.rows=1", "R1021", "no data source 'nope'")]
    [InlineData("stages.base.with.epochs.x=1", "R1021", "'stages.base.with.epochs' is '3'")]
    [InlineData("stages.base.data.first=rows", "R1021", "'stages.base.data' is a list")]
    [InlineData("seed", "R1021", "path=value")]
    [InlineData("=1", "R1021", "path=value")]
    [InlineData("stages.sft.with.epoch=1", "R1005", "did you mean 'epochs'?")]
    [InlineData("stages.sft.wiht.epochs=1", "R1005", "did you mean 'with'?")]
    [InlineData("stages.sft.with.epochs=x", "R1007", "the wrong type")]
    [InlineData("stages.sft.with.epochs=0", "R1008", "out of range")]
    [InlineData("stages.sft.with.epochs=", "R1007", "is nothing")]
    [InlineData("stages.sft.with={ epochs: 1, epochs: 2 }", "R1004", "given twice")]
    [InlineData("stages.sft.with={ epochs", "R1001", "not YAML")]
    [InlineData("stages.sft.model=rows", "R1014", "is a data source")]
    public void Compile_BadOverride_IsNamed(string text, string code, string words)
    {
        using var folder = new PipelineFolder();
        Diagnostic problem = PipelineFolder.Only(folder.Compile(Yaml, text));

        Assert.Equal(($"--set {text}", code), (problem.File, problem.Code));
        Assert.Contains(words, problem.Message);
        Assert.StartsWith($"--set {text}: {code}: ", problem.ToString());
    }

    [Fact]
    public void Compile_DataRoot_InTheFileIsRelativeToItAndInAnOverrideToTheCurrentDirectory()
    {
        using var folder = new PipelineFolder();
        folder.Write("sets/a.jsonl", """{"prompt": "q", "response": "a"}""");
        const string WithRoot = """
            name: t
            data: { root: sets, a: { path: a.jsonl } }
            stages: { base: { uses: pretraining, data: [a], with: { tokenizer: bytes } } }
            """;
        string fromHere = Path.GetRelativePath(Environment.CurrentDirectory, Path.Combine(folder.Root, "sets"));
        string expected = Path.Combine(folder.Root, "sets", "a.jsonl");

        Assert.Equal(expected, folder.Compile(WithRoot).Definition!.Data[0].Path);
        Assert.Equal(expected, folder.Compile(WithRoot.Replace("root: sets", "root: elsewhere"), $"data.root={fromHere}").Definition!.Data[0].Path);
    }
}
