using R1Pipeline.Contracts.Stages;
using R1Pipeline.StageHost;

namespace R1Pipeline.Stages.Gates;

/// <summary>
/// The gates of one stage attempt. They are measured before the output is committed and demanded after it,
/// so that a missed gate keeps the output and <c>resume --accept</c> can go on with it.
/// </summary>
internal sealed class StageGates(StageContext context)
{
    private readonly List<GateOutcome> _outcomes = [];

    /// <summary>Records a measured figure.</summary>
    public void Measured(GateOutcome outcome)
    {
        _outcomes.Add(outcome);
        if (outcome.Missed) context.Log.Warning("Gate missed: {Gate}", outcome.ToString());
        else context.Log.Information("Gate passed: {Gate}", outcome.ToString());
    }

    /// <summary>The measured figures as they stand in the stage's metrics.</summary>
    public IReadOnlyList<GateOutcome> Outcomes => _outcomes;

    /// <summary>The stage's result, unless a gate is missed and nobody accepted that. Call after the output is committed.</summary>
    /// <exception cref="StageFailedException">A gate is missed: every missed one with its figure and limit; the report keeps the result's figures.</exception>
    public StageResult Demand(StageResult result)
    {
        context.Keep(result);
        string[] missed = [.. _outcomes.Where(outcome => outcome.Missed).Select(outcome => outcome.ToString())];
        if (missed.Length == 0) return result;
        if (context.Request.AcceptMissedGates)
        {
            context.Log.Warning("Going on although {Count} gate(s) are missed: accepted by the user", missed.Length);
            return result;
        }

        throw new StageFailedException(
            StageFailureClass.GateMissed,
            $"{string.Join("; ", missed)}. The output is kept: go on with it by `r1 resume {context.Request.Run} --accept {context.Request.Stage}`, "
            + "or change the stage's options and run again.");
    }
}
