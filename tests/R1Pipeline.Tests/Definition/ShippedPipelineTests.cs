using System.Text.RegularExpressions;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Pipelines;
using R1Pipeline.Definition;

namespace R1Pipeline.Tests.Definition;

public sealed partial class ShippedPipelineTests
{
    private static readonly string[] Chain = ["base", "zero", "cold-start", "reasoning-rl", "rejection-sampling", "sft", "helpful-rm", "all-scenario-rl", "report"];

    [Theory]
    [InlineData("quickstart")]
    [InlineData("one-minute")]
    public void Compile_GeneratedPipeline_IsGoodAndHasTheWholeChain(string name)
    {
        CompileResult result = PipelineCompiler.Compile(Path.Combine(Repository.Pipelines, name + ".yaml"), []);

        Assert.Empty(result.Diagnostics);
        Assert.Equal((name, 1L), (result.Definition!.Name, result.Definition.Seed));
        Assert.Equal(Chain, result.Definition.Stages.Select(stage => stage.Name));
        Assert.Equal(["addition-t1", "addition-t06", "addition-k16", "general"], result.Definition.Stages[^1].Tasks.Select(task => task.Key));
        // The paper's trap: the second SFT starts from the base.
        Assert.Contains(new StageInput("model", "base", "base"), result.Definition.Stages.Single(stage => stage.Name == "sft").Inputs);
    }

    [Fact]
    public void Compile_Quickstart_MeasuresWhatTheAcceptanceAsksFor()
    {
        PipelineDefinition definition = PipelineCompiler.Compile(Path.Combine(Repository.Pipelines, "quickstart.yaml"), []).Definition!;
        Dictionary<string, EvaluationTaskOptions> tasks = definition.Stages[^1].Tasks.ToDictionary();

        Assert.Equal((1.0, 1), (tasks["addition-t1"].Temperature, tasks["addition-t1"].Samples));
        Assert.Equal((0.6, 1), (tasks["addition-t06"].Temperature, tasks["addition-t06"].Samples));
        Assert.Equal((1.0, 16, 60), (tasks["addition-k16"].Temperature, tasks["addition-k16"].Samples, tasks["addition-k16"].Rows!.Value));
        Assert.Equal(400, definition.Data.Single(source => source.Name == tasks["addition-t1"].Data).Addition!.Rows);
        Assert.Equal(100, definition.Data.Single(source => source.Name == tasks["general"].Data).Addition!.Rows);
    }

    [Fact]
    public void Compile_PublicData_NeedsTheOverrideAndIsGoodWithIt()
    {
        string path = Path.Combine(Repository.Pipelines, "public-data.yaml");
        Assert.Equal("R1016", PipelineFolder.Only(PipelineCompiler.Compile(path, [])).Code);

        if (Repository.SharedData is not { } data)
        {
            Assert.Skip("no shared data folder beside the repository");
            return;
        }

        Assert.Empty(PipelineCompiler.Compile(path, [$"data.root={data}"]).Diagnostics);
    }

    [Theory]
    [InlineData("r1")]
    [InlineData("r1-zero")]
    [InlineData("distill")]
    public void Compile_PaperPipeline_IsGoodWhenModelAndDataExist(string name)
    {
        using var folder = new PipelineFolder();
        string yaml = File.ReadAllText(Path.Combine(Repository.Pipelines, name + ".yaml"));
        foreach (Match path in DataPath().Matches(yaml))
            folder.Write(Path.Combine("data", path.Groups[1].Value), (path.Groups[1].Value == "rl/safety.jsonl"
                ? """{"prompt": "q"}"""
                : """{"prompt": "q", "problem": "q", "response": "a", "gold": "1", "answer": "1", "chosen": "a", "rejected": "b", "label": "safe"}""") + "\n");
        foreach (Match path in ModelPath().Matches(yaml)) folder.Write(Path.Combine(path.Groups[1].Value, "config.json"), "{}");
        CompileResult result = folder.Compile(yaml);

        Assert.Empty(result.Diagnostics);
        Assert.Equal(name, result.Definition!.Name);
    }

    [Theory]
    [InlineData("r1")]
    [InlineData("r1-zero")]
    [InlineData("distill")]
    public void PaperPipeline_EveryNumber_CitesItsSectionOrSaysThatItIsOurs(string name)
    {
        string[] bare =
        [
            .. File.ReadLines(Path.Combine(Repository.Pipelines, name + ".yaml"))
                .Where(line => NumberLine().IsMatch(line) && !line.Contains("recipe") && !line.Contains("GAP") && !line.Contains("# one iteration")),
        ];

        Assert.Empty(bare);
    }

    [GeneratedRegex(@"path: (\S+\.jsonl)")]
    private static partial Regex DataPath();

    [GeneratedRegex(@"path: (models/[^ ,}]+)")]
    private static partial Regex ModelPath();

    [GeneratedRegex(@"^\s+[a-z0-9-]+: -?\d")]
    private static partial Regex NumberLine();
}
