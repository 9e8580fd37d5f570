using R1Pipeline.Contracts.Artifacts;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Definition.Binding;
using R1Pipeline.Definition.Diagnostics;

namespace R1Pipeline.Definition.Rules;

/// <summary>Tasks and gates: each says enough to be measured, and nothing that its stage would ignore.</summary>
internal sealed class MeasurementRules(CompileContext context)
{
    private static readonly string[] EvaluationOnly = ["task", "model", "relative-to"];
    private static readonly string[] TrainingOnly = ["data", "temperature", "samples", "rows", "max-new-tokens", "format"];

    /// <summary>Checks the tasks and gates of one stage.</summary>
    public void Check(BoundStage stage)
    {
        if (stage.Kind is null) return;
        foreach (BoundTask task in stage.Tasks)
        {
            var options = (EvaluationTaskOptions)task.Options.Value;
            var checks = new OptionChecks(context, task.Options);
            checks.NoEffect(options.Temperature == 0, ["top-p", "samples"], "at temperature 0, where every sample is the most likely output");
        }

        foreach (BoundOptions gate in stage.Gates) CheckGate(stage, gate);
    }

    private void CheckGate(BoundStage stage, BoundOptions bound)
    {
        var gate = (GateOptions)bound.Value;
        var checks = new OptionChecks(context, bound);
        string what = $"the gate of {stage.Words}";
        bool isEvaluation = stage.Kind!.Output == ArtifactKind.EvaluationReport;
        if (isEvaluation)
        {
            checks.NoEffect(true, TrainingOnly, "on a gate of an evaluation stage, which takes it from the task");
            Require(bound, gate.Task, "task", $"{what} lacks the key 'task'; accepted: a task of the stage");
            Require(bound, gate.Model, "model", $"{what} lacks the key 'model'; accepted: one of the stage's models");
            checks.Contradiction(gate.RelativeTo is not null && gate.RelativeTo == gate.Model, $"'relative-to' is '{gate.RelativeTo}', the measured model itself; accepted: another one", "relative-to");
        }
        else
        {
            checks.NoEffect(true, EvaluationOnly, "on a gate of a training stage, which measures its own output");
            Require(bound, gate.Data, "data", $"{what} lacks the key 'data'; accepted: a data source");
        }

        if (gate.AtLeast is null && gate.AtMost is null && !checks.IsBroken("at-least") && !checks.IsBroken("at-most"))
            context.Report(bound.Mark, DiagnosticCodes.MissingKey, $"{what} has no limit; accepted: 'at-least', 'at-most' or both");
        checks.Contradiction(gate.AtLeast > gate.AtMost, $"'at-least' is {gate.AtLeast}, above 'at-most' {gate.AtMost}: nothing passes; accepted: at most {gate.AtMost}", "at-least", "at-most");
    }

    private void Require(BoundOptions gate, string? value, string key, string message)
    {
        if (value is null && !gate.Given.ContainsKey(key)) context.Report(gate.Mark, DiagnosticCodes.MissingKey, message);
    }
}
