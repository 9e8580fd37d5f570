using R1Pipeline.Definition.Diagnostics;
using R1Pipeline.Definition.Documents;

namespace R1Pipeline.Definition.Binding;

/// <summary>Binds the top level of a pipeline file.</summary>
/// <param name="context">Where mistakes and origins go.</param>
internal sealed class PipelineBinder(CompileContext context)
{
    /// <summary>The keys of the top level.</summary>
    public static readonly IReadOnlyList<string> Keys = ["name", "seed", "data", "stages"];

    private readonly OptionBinder _options = new(context);
    private readonly ValueReader _values = new(context);

    /// <summary>Binds the document.</summary>
    public BoundPipeline Bind(DocumentMap document)
    {
        foreach (DocumentEntry entry in document.Distinct.Where(entry => !Keys.Contains(entry.Key.Text)))
            context.Report(entry.Key.Mark, DiagnosticCodes.UnknownKey, $"unknown key '{entry.Key.Text}' at the top level{DidYouMean.Hint(entry.Key.Text, Keys)}");

        string name = BindName(document);
        DocumentEntry? seedEntry = document.Find("seed");
        context.SetOrigin("seed", seedEntry?.Value.Mark.Origin ?? "default");
        long seed = seedEntry is null ? 0 : _values.ReadLong("seed", "a whole number", seedEntry.Value) ?? 0;
        BoundData data = new DataBinder(context, seed).Bind(document.Find("data")?.Value);
        return new BoundPipeline(name, seed, data, BindStages(document, seed));
    }

    private string BindName(DocumentMap document)
    {
        if (document.Find("name") is not { } entry)
        {
            context.Report(document.Mark, DiagnosticCodes.MissingKey, $"the file lacks the key 'name'; accepted: {PipelineName.Accepted}");
            return "";
        }

        context.SetOrigin("name", entry.Value.Mark.Origin);
        if (_values.ReadText("name", PipelineName.Accepted, entry.Value) is not { } name) return "";
        return PipelineName.Check(context, (DocumentScalar)entry.Value, "a pipeline") ? name : "";
    }

    private List<BoundStage> BindStages(DocumentMap document, long seed)
    {
        var stages = new List<BoundStage>();
        if (document.Find("stages") is not { } entry)
        {
            context.Report(document.Mark, DiagnosticCodes.MissingKey, "the file lacks the key 'stages'; accepted: a mapping of stage names to stages");
            return stages;
        }

        if (_options.ReadMap("stages", entry.Value) is not { } map) return stages;
        if (map.Entries.Count == 0) context.Report(entry.Value.Mark, DiagnosticCodes.MissingInput, "'stages' is empty; accepted: a mapping of stage names to stages");
        var binder = new StageBinder(context, seed);
        foreach (DocumentEntry stage in map.Distinct)
        {
            if (PipelineName.Check(context, stage.Key, "a stage")) stages.Add(binder.Bind(stage));
        }

        return stages;
    }
}
