using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Pipelines;
using R1Pipeline.Definition.Binding;
using R1Pipeline.Definition.Diagnostics;
using R1Pipeline.Definition.Documents;
using R1Pipeline.Definition.Rules;

namespace R1Pipeline.Definition;

/// <summary>
/// Turns a pipeline file into a valid, immutable definition, or into all of its mistakes at once. Starts nothing and writes nothing.
/// Its steps: read the file (1), put the overrides in (2), bind values to options (3), look names up (4), check options against each other (5),
/// look for files (6), read every data row (7), resolve (8).
/// </summary>
public static class PipelineCompiler
{
    /// <summary>Compiles one file.</summary>
    /// <param name="path">The file, absolute or relative to the current directory.</param>
    /// <param name="overrides">The values of <c>--set</c>, each <c>dotted.path=value</c>; later ones win.</param>
    public static CompileResult Compile(string path, IReadOnlyList<string> overrides)
    {
        var diagnostics = new DiagnosticBag(path);
        var context = new CompileContext(path, diagnostics);
        if (PipelineFileReader.Read(path, diagnostics) is not { } document) return new CompileResult(null, diagnostics.Sorted(), context.Origins); // 1

        document = new OverrideApplier(diagnostics).Apply(document, overrides); // 2
        BoundPipeline pipeline = new PipelineBinder(context).Bind(document); // 3
        Check(context, pipeline); // 4 to 7
        PipelineDefinition? definition = diagnostics.Count == 0 ? Resolve(context, pipeline) : null; // 8
        return new CompileResult(definition, diagnostics.Sorted(), context.Origins);
    }

    private static void Check(CompileContext context, BoundPipeline pipeline)
    {
        var references = new ReferenceRules(context, pipeline);
        var options = new StageOptionRules(context);
        var measurements = new MeasurementRules(context);
        var files = new FileRules(context);
        foreach (BoundStage stage in pipeline.Stages)
        {
            references.Check(stage);
            options.Check(stage);
            measurements.Check(stage);
            files.CheckStage(stage);
        }

        new CycleRule(context, pipeline).Check();
        var sources = new SourceRules(context);
        BoundSource[] readable = [.. pipeline.Data.Sources.Where(sources.Check)];
        files.CheckData(pipeline.Data);
        new RowRules(context, pipeline).Check(readable);
    }

    private static PipelineDefinition Resolve(CompileContext context, BoundPipeline pipeline) => new()
    {
        Name = pipeline.Name,
        Seed = pipeline.Seed,
        Data = [.. pipeline.Data.Sources.Select(source => source.Definition!)],
        Stages = [.. pipeline.Stages.Select(stage => Resolve(context, pipeline, stage))],
    };

    private static StageDefinition Resolve(CompileContext context, BoundPipeline pipeline, BoundStage stage)
    {
        HashSet<string> sources = [.. pipeline.Data.Sources.Select(source => source.Name)];
        var options = (StageOptions)stage.Options!.Value;
        if (options is ImportModelOptions import) options = import with { Path = new FileRules(context).ModelFolder(import) };
        return new StageDefinition
        {
            Name = stage.Name,
            Uses = stage.Kind!.Name,
            Seed = stage.Seed,
            Inputs = [.. stage.References.Where(reference => !sources.Contains(reference.Target)).Select(reference => new StageInput(reference.Role, reference.Name, reference.Target))],
            Data = [.. stage.References.Where(reference => reference.Role == StageReference.DataRole).Select(reference => reference.Target)],
            Options = options,
            Tasks = [.. stage.Tasks.Select(task => KeyValuePair.Create(task.Name, (EvaluationTaskOptions)task.Options.Value))],
            Gates = [.. stage.Gates.Select(gate => (GateOptions)gate.Value)],
        };
    }
}
