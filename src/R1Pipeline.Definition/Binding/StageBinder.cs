using R1Pipeline.Contracts.Artifacts;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Pipelines;
using R1Pipeline.Definition.Diagnostics;
using R1Pipeline.Definition.Documents;

namespace R1Pipeline.Definition.Binding;

/// <summary>Binds one stage: its kind, options, slots, tasks and gates. Names of other stages are kept as text: <c>ReferenceRules</c> looks them up.</summary>
/// <param name="context">Where mistakes and origins go.</param>
/// <param name="seed">The file's seed.</param>
internal sealed class StageBinder(CompileContext context, long seed)
{
    private readonly OptionBinder _options = new(context);
    private readonly ValueReader _values = new(context);

    /// <summary>Whether a stage of that kind can carry gates: it trains a model, or it measures some. A copied model is not measured.</summary>
    public static bool TakesGates(StageKind kind) => kind.HasCheckpoints && kind.Output is ArtifactKind.Model or ArtifactKind.EvaluationReport;

    /// <summary>The keys of a stage of that kind, in the order in which people write them.</summary>
    public static IReadOnlyList<string> KeysOf(StageKind kind) =>
    [
        "uses",
        .. kind.Inputs.Select(slot => slot.Role),
        .. kind.RowFields.Count > 0 ? ["data"] : Array.Empty<string>(),
        .. kind.TakesTasks ? ["tasks"] : Array.Empty<string>(),
        "with",
        .. TakesGates(kind) ? ["gate"] : Array.Empty<string>(),
        "seed",
    ];

    /// <summary>Binds the stage of that entry.</summary>
    public BoundStage Bind(DocumentEntry entry)
    {
        var stage = new BoundStage(entry.Key.Text, entry.Key.Mark);
        if (_options.ReadMap(stage.Name, entry.Value) is not { } map) return stage;
        if (BindKind(stage, map) is not { } kind) return stage;

        string path = $"stages.{stage.Name}";
        context.SetOrigin($"{path}.uses", map.Find("uses")!.Value.Mark.Origin);
        CheckKeys(stage, kind, map);
        DocumentEntry? with = map.Find("with");
        DocumentMap? options = with is null ? null : _options.ReadMap("with", with.Value);
        return stage with
        {
            Kind = kind,
            Seed = BindSeed(map, path),
            Options = _options.Bind(kind.Options, options, with?.Key.Mark ?? stage.Mark, $"{path}.with", $"'with' of {stage.Words} ({kind.Name})"),
            References = BindReferences(stage, kind, map, path),
            Tasks = kind.TakesTasks ? BindTasks(stage, map, path) : [],
            Gates = TakesGates(kind) ? BindGates(stage, map, path) : [],
        };
    }

    private StageKind? BindKind(BoundStage stage, DocumentMap map)
    {
        IEnumerable<string> kinds = StageCatalog.All.Select(kind => kind.Name);
        if (map.Find("uses") is not { } uses)
        {
            context.Report(stage.Mark, DiagnosticCodes.MissingKey, $"{stage.Words} lacks the key 'uses'; accepted: one of {string.Join(", ", kinds)}");
            return null;
        }

        if (_values.ReadText("uses", "a stage kind", uses.Value) is not { } name) return null;
        if (StageCatalog.Find(name) is { } found) return found;
        context.Report(uses.Value.Mark, DiagnosticCodes.UnknownStageKind, $"no stage kind '{name}'{DidYouMean.Hint(name, kinds)}");
        return null;
    }

    private void CheckKeys(BoundStage stage, StageKind kind, DocumentMap map)
    {
        IReadOnlyList<string> keys = KeysOf(kind);
        foreach (DocumentEntry entry in map.Distinct.Where(entry => !keys.Contains(entry.Key.Text)))
        {
            string key = entry.Key.Text;
            string hint = OptionShape.Of(kind.Options).Find(key) is not null
                ? $"; '{key}' is an option: it belongs under 'with'"
                : DidYouMean.Hint(key, keys);
            context.Report(entry.Key.Mark, DiagnosticCodes.UnknownKey, $"unknown key '{key}' in {stage.Words} ({kind.Name}){hint}");
        }
    }

    private long BindSeed(DocumentMap map, string path)
    {
        DocumentEntry? entry = map.Find("seed");
        context.SetOrigin($"{path}.seed", entry?.Value.Mark.Origin ?? "the file's seed");
        return entry is null ? seed : _values.ReadLong("seed", "a whole number", entry.Value) ?? seed;
    }

    private List<StageReference> BindReferences(BoundStage stage, StageKind kind, DocumentMap map, string path)
    {
        var references = new List<StageReference>();
        foreach (DocumentEntry entry in map.Distinct)
        {
            int before = references.Count;
            if (kind.Inputs.FirstOrDefault(slot => slot.Role == entry.Key.Text) is { } slot) references.AddRange(BindSlot(slot, entry.Value));
            else if (entry.Key.Text == StageReference.DataRole && kind.RowFields.Count > 0) references.AddRange(BindNames(StageReference.DataRole, ArtifactKind.Dataset, "a list of sources and dataset stages", entry.Value));
            if (references.Count > before) context.SetOrigin($"{path}.{entry.Key.Text}", entry.Value.Mark.Origin);
        }

        foreach (StageInputSlot slot in kind.Inputs.Where(slot => slot.Required)) RequireInput(stage, kind, map, slot.Role, ReferenceWords.Output(slot.Kind));
        if (kind.RowFields.Count > 0) RequireInput(stage, kind, map, StageReference.DataRole, "a list of sources and dataset stages");
        return references;
    }

    private void RequireInput(BoundStage stage, StageKind kind, DocumentMap map, string role, string accepted)
    {
        if (map.Find(role) is null)
            context.Report(stage.Mark, DiagnosticCodes.MissingInput, $"{stage.Words} ({kind.Name}) lacks its input '{role}'; accepted: {accepted}");
    }

    private List<StageReference> BindSlot(StageInputSlot slot, DocumentNode node)
    {
        string accepted = ReferenceWords.Output(slot.Kind);
        switch (slot.Shape)
        {
            case StageInputShape.One:
                return _values.ReadText(slot.Role, $"the name of {accepted}", node) is { } target ? [new(slot.Role, target, target, slot.Kind, node.Mark)] : [];
            case StageInputShape.List:
                return BindNames(slot.Role, slot.Kind, $"a list of names, each of {accepted}", node);
            default:
                if (_options.ReadMap(slot.Role, node) is not { } map) return [];
                if (map.Entries.Count == 0) ReportEmpty(slot.Role, $"a mapping of names to {accepted}", node);
                var references = new List<StageReference>();
                foreach (DocumentEntry entry in map.Distinct)
                {
                    if (PipelineName.Check(context, entry.Key, "an input") && _values.ReadText(entry.Key.Text, $"the name of {accepted}", entry.Value) is { } name)
                        references.Add(new(slot.Role, entry.Key.Text, name, slot.Kind, entry.Value.Mark));
                }

                return references;
        }
    }

    private List<StageReference> BindNames(string role, ArtifactKind kind, string accepted, DocumentNode node)
    {
        var references = new List<StageReference>();
        if (node is not DocumentList list)
        {
            if (node is not DocumentRefused) context.Report(node.Mark, DiagnosticCodes.WrongType, $"'{role}' is {node.Kind}, the wrong type; accepted: {accepted}");
            return references;
        }

        if (list.Items.Count == 0) ReportEmpty(role, accepted, node);
        foreach (DocumentNode item in list.Items)
        {
            if (_values.ReadText(role, accepted, item) is not { } name) continue;
            if (references.Exists(reference => reference.Target == name))
                context.Report(item.Mark, DiagnosticCodes.NameTwice, $"'{name}' is listed twice in '{role}'; accepted: each name once");
            else
                references.Add(new(role, name, name, kind, item.Mark));
        }

        return references;
    }

    private List<BoundTask> BindTasks(BoundStage stage, DocumentMap map, string path)
    {
        var tasks = new List<BoundTask>();
        if (map.Find("tasks") is not { } entry)
        {
            context.Report(stage.Mark, DiagnosticCodes.MissingInput, $"{stage.Words} lacks its 'tasks'; accepted: a mapping of task names to what is measured");
            return tasks;
        }

        if (_options.ReadMap("tasks", entry.Value) is not { } taskMap) return tasks;
        if (taskMap.Entries.Count == 0) ReportEmpty("tasks", "a mapping of task names to what is measured", entry.Value);
        foreach (DocumentEntry task in taskMap.Distinct)
        {
            if (!PipelineName.Check(context, task.Key, "a task") || _options.ReadMap(task.Key.Text, task.Value) is not { } taskOptions) continue;
            tasks.Add(new BoundTask(task.Key.Text, _options.Bind(typeof(EvaluationTaskOptions), taskOptions, task.Key.Mark, $"{path}.tasks.{task.Key.Text}", $"task '{task.Key.Text}'")));
        }

        return tasks;
    }

    private List<BoundOptions> BindGates(BoundStage stage, DocumentMap map, string path)
    {
        var gates = new List<BoundOptions>();
        if (map.Find("gate") is not { } entry) return gates;
        IReadOnlyList<DocumentNode> nodes = entry.Value is DocumentList list ? list.Items : [entry.Value];
        foreach (DocumentNode node in nodes)
        {
            if (_options.ReadMap("gate", node) is { } gate)
                gates.Add(_options.Bind(typeof(GateOptions), gate, gate.Mark, $"{path}.gate.{gates.Count}", $"the gate of {stage.Words}"));
        }

        return gates;
    }

    private void ReportEmpty(string role, string accepted, DocumentNode node) =>
        context.Report(node.Mark, DiagnosticCodes.MissingInput, $"'{role}' is empty; accepted: {accepted}");
}
