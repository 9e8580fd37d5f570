using R1Pipeline.Contracts.Data;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Pipelines;
using R1Pipeline.Data.Rows;
using R1Pipeline.Definition.Binding;
using R1Pipeline.Definition.Diagnostics;
using R1Pipeline.Definition.Documents;

namespace R1Pipeline.Definition.Rules;

/// <summary>
/// Every row has the fields that the stages, tasks and gates which read it need. Generated sources are checked by their split, files by reading every row:
/// a bad line 40 000 must not stop a run after a day.
/// </summary>
internal sealed class RowRules(CompileContext context, BoundPipeline pipeline)
{
    // A file in the wrong format would otherwise give a message for every line.
    private const int MaxProblemsPerFile = 20;

    private readonly Dictionary<string, List<Need>> _needs = [];

    /// <summary>One way in which a source is read.</summary>
    /// <param name="Alternatives">A row must have all fields of one of these sets.</param>
    /// <param name="Mark">Where the source is mentioned.</param>
    /// <param name="Reader">Who reads it, for messages.</param>
    private sealed record Need(IReadOnlyList<IReadOnlyList<string>> Alternatives, SourceMark Mark, string Reader);

    /// <summary>Checks every one of these sources that something reads, and files that nothing reads for being JSON Lines at all.</summary>
    public void Check(IReadOnlyList<BoundSource> sources)
    {
        foreach (BoundStage stage in pipeline.Stages)
        {
            Collect(stage);
            CheckMix(stage);
        }

        foreach (BoundSource source in sources)
        {
            if (source.Definition is not { } definition) continue;
            List<Need> needs = _needs.GetValueOrDefault(source.Name) ?? [];
            if (definition.Addition is { } addition) CheckGenerated(source.Name, addition, needs);
            else if (File.Exists(definition.Path)) CheckFile(definition, needs);
        }
    }

    private void Collect(BoundStage stage)
    {
        if (stage.Kind is not { } kind) return;
        foreach (StageReference reference in stage.References.Where(reference => reference.Role == StageReference.DataRole))
            Add(reference.Target, kind.RowFieldsOf(stage.Options is { IsComplete: true, Value: StageOptions options } ? options : null), reference.Mark, $"{stage.Words} ({kind.Name})");
        foreach (BoundTask task in stage.Tasks)
            Add(((EvaluationTaskOptions)task.Options.Value).Data, StageCatalog.TaskRowFields, task.Options.At("data"), $"task '{task.Name}'");
        foreach (BoundOptions gate in stage.Gates)
        {
            if (((GateOptions)gate.Value).Data is { } data) Add(data, StageCatalog.TaskRowFields, gate.At("data"), $"the gate of {stage.Words}");
        }
    }

    private void Add(string source, IReadOnlyList<IReadOnlyList<string>> alternatives, SourceMark mark, string reader)
    {
        if (!_needs.TryGetValue(source, out List<Need>? needs)) _needs[source] = needs = [];
        needs.Add(new Need(alternatives, mark, reader));
    }

    private void CheckGenerated(string name, AdditionOptions addition, List<Need> needs)
    {
        IReadOnlyList<string> fields = SourceRules.FieldsOf(addition.Split);
        foreach (Need need in needs.Where(need => !need.Alternatives.Any(set => set.All(fields.Contains))))
        {
            string split = OptionShape.Of(typeof(AdditionOptions)).Find("split")!.Words[(int)addition.Split];
            context.Report(need.Mark, DiagnosticCodes.MissingRowFields, $"'{name}' generates rows of the split '{split}' ({string.Join(", ", fields)}), but {need.Reader} needs {Words(need.Alternatives)}; accepted: a split with these fields");
        }
    }

    // Two kinds of stage need two kinds of rows, problems with a gold answer and general ones. Of files nobody knows before the run; of generated rows everybody does.
    private void CheckMix(BoundStage stage)
    {
        StageReference[] data = [.. stage.References.Where(reference => reference.Role == StageReference.DataRole)];
        AdditionSplit?[] splits = [.. data.Select(reference => pipeline.Data.Sources.FirstOrDefault(source => source.Name == reference.Target)?.Definition?.Addition?.Split)];
        if (data.Length == 0 || splits.Contains(null)) return;
        bool[] reasoning = [.. splits.Select(split => SourceRules.FieldsOf(split!.Value).Contains(DataRowFields.Gold))];
        bool needsGold = stage.Options is { IsComplete: true, Value: RejectionSamplingOptions }
            or { IsComplete: true, Value: AllScenarioRlOptions { GeneralFromIteration: > 1 } }
            || (stage.Options is { IsComplete: true, Value: AllScenarioRlOptions mix } && mix.Questions > mix.GeneralQuestions);
        bool needsGeneral = stage.Options is { IsComplete: true, Value: AllScenarioRlOptions { GeneralQuestions: > 0 } };
        if (needsGold && !reasoning.Contains(true))
            context.Report(data[0].Mark, DiagnosticCodes.MissingRowFields, $"{stage.Words} needs problems, but no row of its data has a gold answer; accepted: a source of the split 'problems' among them");
        if (needsGeneral && !reasoning.Contains(false))
            context.Report(data[0].Mark, DiagnosticCodes.MissingRowFields, $"{stage.Words} plans general questions, but every row of its data has a gold answer; accepted: a source of the split 'general' among them, or 'general-questions: 0'");
    }

    private void CheckFile(DataSourceDefinition definition, List<Need> needs)
    {
        // A need that another one implies would only read the file again.
        IReadOnlyList<IReadOnlyList<IReadOnlyList<string>>> distinct =
        [
            .. needs.Select(need => need.Alternatives).Where((need, index) => !needs.Select(other => other.Alternatives)
                .Where((other, otherIndex) => Implies(other, need) && (otherIndex < index || !Implies(need, other))).Any()),
        ];
        foreach (IReadOnlyList<IReadOnlyList<string>> alternatives in distinct.DefaultIfEmpty([]))
        {
            foreach (DataRowProblem problem in DataSourceChecker.Check(definition, alternatives, MaxProblemsPerFile))
                context.ReportRow(problem.Path, problem.Line, problem.Column, DiagnosticCodes.BadRow, problem.Field is null ? problem.Message : $"{problem.Field}: {problem.Message}");
        }
    }

    // Whoever satisfies a satisfies b as well.
    private static bool Implies(IReadOnlyList<IReadOnlyList<string>> a, IReadOnlyList<IReadOnlyList<string>> b) => a.All(set => b.Any(other => other.All(set.Contains)));

    private static string Words(IReadOnlyList<IReadOnlyList<string>> alternatives) => string.Join(", or ", alternatives.Select(set => string.Join(" and ", set)));
}
