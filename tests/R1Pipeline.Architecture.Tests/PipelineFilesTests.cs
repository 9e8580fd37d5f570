using R1Pipeline.Definition;
using R1Pipeline.Definition.Schema;

namespace R1Pipeline.Architecture.Tests;

/// <summary>Every pipeline that the repository ships is a valid one. Models and data that a user brings are allowed to be missing here; nothing else is.</summary>
public sealed class PipelineFilesTests
{
    // A data file or a model folder does not exist: the only mistakes that one machine can have and another not.
    private static readonly string[] Absent = ["R1016", "R1017"];

    private static string Folder => Path.Combine(RepositoryTree.Root, "pipelines");

    public static TheoryData<string> Files => [.. Directory.Exists(Folder) ? Directory.GetFiles(Folder, "*.yaml").Select(path => Path.GetFileName(path)) : []];

    [Theory]
    [MemberData(nameof(Files))]
    public void Compile_ShippedPipeline_HasNoMistake(string file)
    {
        CompileResult result = PipelineCompiler.Compile(Path.Combine(Folder, file), []);

        Assert.DoesNotContain(result.Diagnostics, diagnostic => !Absent.Contains(diagnostic.Code));
    }

    [Fact]
    public void Compile_PlantedMistake_IsCaught()
    {
        string file = Path.GetTempFileName();
        File.WriteAllText(file, "name: planted\nseed: 1\nstages:\n  base: { uses: no-such-kind }\n");

        Assert.NotEmpty(PipelineCompiler.Compile(file, []).Diagnostics);
        File.Delete(file);
    }

    [Fact]
    public void Schema_Committed_IsTheGeneratedOne() =>
        Assert.Equal(PipelineSchema.Generate(), File.ReadAllText(Path.Combine(Folder, "pipeline.schema.json")));
}
