using R1Pipeline.Contracts.Artifacts;
using R1Pipeline.StageHost;
using R1Pipeline.Stages.Gates;
using R1Pipeline.Stages.Measurement;
using R1Pipeline.Stages.Rows;
using R1Pipeline.Training.Loops;

namespace R1Pipeline.Stages.Models;

/// <summary>The common end of every stage that trains a model: measure the gates on it, commit it, demand the gates, report.</summary>
internal static class TrainedModel
{
    /// <summary>Ends a stage whose output is <paramref name="model"/>.</summary>
    /// <param name="context">The stage.</param>
    /// <param name="model">The trained model.</param>
    /// <param name="outcome">How its loop ended.</param>
    /// <param name="ledger">The stage's rows.</param>
    /// <param name="metrics">Figures of the stage beside the loop's own.</param>
    public static StageResult Finish(
        StageContext context, LanguageModel model, LoopOutcome outcome, RowLedger ledger, IReadOnlyDictionary<string, object> metrics)
    {
        var gates = new StageGates(context);
        ModelGates.Measure(context, model, gates, ledger);
        var artifact = context.CommitArtifact(ArtifactKind.Model, model.Save);

        var figures = new Dictionary<string, object> { ["steps"] = outcome.Steps, ["final_loss"] = outcome.FinalLoss };
        foreach (var (name, value) in metrics) figures[name] = value;
        if (gates.Outcomes.Count > 0) figures["gates"] = gates.Outcomes;
        return gates.Demand(new StageResult(artifact, figures, ledger.Accounts()));
    }
}
