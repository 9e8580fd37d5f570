using R1Pipeline.Contracts.Artifacts;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Definition.Binding;
using R1Pipeline.Definition.Diagnostics;
using R1Pipeline.Definition.Documents;

namespace R1Pipeline.Definition.Rules;

/// <summary>Every name that a stage mentions exists and is of the kind that fits where it stands. Stages and sources share one namespace.</summary>
internal sealed class ReferenceRules
{
    private readonly CompileContext _context;
    private readonly Dictionary<string, BoundStage> _stages = [];
    private readonly Dictionary<string, BoundSource> _sources = [];

    /// <summary>Prepares the look-up of a pipeline's names.</summary>
    public ReferenceRules(CompileContext context, BoundPipeline pipeline)
    {
        _context = context;
        foreach (BoundSource source in pipeline.Data.Sources) _sources[source.Name] = source;
        foreach (BoundStage stage in pipeline.Stages)
        {
            _stages[stage.Name] = stage;
            if (_sources.TryGetValue(stage.Name, out BoundSource? source))
                _context.Report(stage.Mark, DiagnosticCodes.NameTwice, $"'{stage.Name}' names a stage and the data source of line {source.Mark.Line}; accepted: one meaning for each name");
        }
    }

    /// <summary>Checks the names of one stage.</summary>
    public void Check(BoundStage stage)
    {
        foreach (StageReference reference in stage.References) CheckReference(stage, reference);
        foreach (BoundTask task in stage.Tasks)
        {
            string data = ((EvaluationTaskOptions)task.Options.Value).Data;
            if (!task.Options.Broken.Contains("data")) CheckSource(data, task.Options.At("data"), $"task '{task.Name}'");
        }

        foreach (BoundOptions gate in stage.Gates) CheckGate(stage, gate);
    }

    private void CheckReference(BoundStage stage, StageReference reference)
    {
        bool isData = reference.Role == StageReference.DataRole;
        if (_sources.ContainsKey(reference.Target))
        {
            if (!isData)
                _context.Report(reference.Mark, DiagnosticCodes.WrongKind, $"'{reference.Target}' is a data source, which does not fit into '{reference.Role}' of {stage.Words}{Fitting(reference.Kind)}");
        }
        else if (!_stages.TryGetValue(reference.Target, out BoundStage? target))
        {
            IEnumerable<string> known = OutputOf(reference.Kind).Concat(isData ? _sources.Keys : []);
            _context.Report(reference.Mark, DiagnosticCodes.UnknownReference, $"there is no {(isData ? "source or stage" : "stage")} '{reference.Target}'{DidYouMean.Hint(reference.Target, known, $"this file has no {(isData ? "source and no " : "")}{ReferenceWords.Output(reference.Kind)[2..]}")}");
        }
        else if (target.Kind is { } kind && kind.Output != reference.Kind)
        {
            string accepted = isData ? $"; accepted: {string.Join(", ", _sources.Keys.Concat(OutputOf(reference.Kind)))}" : Fitting(reference.Kind);
            _context.Report(reference.Mark, DiagnosticCodes.WrongKind, $"'{reference.Target}' puts out {ReferenceWords.Of(kind.Output)}, which does not fit into '{reference.Role}' of {stage.Words}{accepted}");
        }
    }

    private string Fitting(ArtifactKind kind)
    {
        string[] names = [.. OutputOf(kind)];
        return $"; accepted: {ReferenceWords.Output(kind)}" + (names.Length == 0 ? " (this file has none)" : $": {string.Join(", ", names)}");
    }

    private IEnumerable<string> OutputOf(ArtifactKind kind) => _stages.Values.Where(stage => stage.Kind?.Output == kind).Select(stage => stage.Name);

    private void CheckSource(string name, SourceMark mark, string what)
    {
        if (_sources.ContainsKey(name)) return;
        if (_stages.ContainsKey(name))
            _context.Report(mark, DiagnosticCodes.WrongKind, $"'{name}' is a stage, but {what} measures on a data source; accepted: {string.Join(", ", _sources.Keys)}");
        else
            _context.Report(mark, DiagnosticCodes.UnknownReference, $"there is no source '{name}'{DidYouMean.Hint(name, _sources.Keys, "this file has no data source")}");
    }

    private void CheckGate(BoundStage stage, BoundOptions bound)
    {
        var gate = (GateOptions)bound.Value;
        if (gate.Data is not null) CheckSource(gate.Data, bound.At("data"), "a gate");
        if (stage.Kind is not { TakesTasks: true }) return;
        CheckMember(bound, "task", gate.Task, stage.Tasks.Select(task => task.Name), $"a task of {stage.Words}");
        IEnumerable<string> models = stage.References.Where(reference => reference.Kind == ArtifactKind.Model).Select(reference => reference.Target);
        CheckMember(bound, "model", gate.Model, models, $"one of the models of {stage.Words}");
        CheckMember(bound, "relative-to", gate.RelativeTo, models, $"one of the models of {stage.Words}");
    }

    private void CheckMember(BoundOptions gate, string key, string? name, IEnumerable<string> members, string what)
    {
        if (name is not null && !members.Contains(name))
            _context.Report(gate.At(key), DiagnosticCodes.UnknownReference, $"'{key}' is '{name}', which is not {what}{DidYouMean.Hint(name, members)}");
    }
}
