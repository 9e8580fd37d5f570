using System.CommandLine;
using R1Pipeline.Cli.Output;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Orchestration;
using R1Pipeline.Orchestration.Reports;
using R1Pipeline.Orchestration.Stores;

namespace R1Pipeline.Cli.Commands;

/// <summary><c>r1 rollouts</c>: committed rollouts with their named reward parts, one at a time: a long run's ledger never lies in memory whole.</summary>
internal static class RolloutsCommand
{
    public static Command Create()
    {
        Argument<string> run = CommonOptions.Run();
        Option<string?> stage = CommonOptions.Stage();
        var step = new Option<long?>("--step") { Description = "Only the rollouts that this optimizer step was trained on.", HelpName = "N" };
        Option<bool> json = CommonOptions.Json();
        var command = new Command("rollouts", "Print committed rollouts with their rewards.") { run, stage, step, json };
        command.SetAction(parsed => Execute(parsed, parsed.GetRequiredValue(run), parsed.GetValue(stage), parsed.GetValue(step), parsed.GetValue(json)));
        return command;
    }

    private static int Execute(ParseResult parsed, string run, string? stage, long? step, bool json)
    {
        var terminal = Terminal.Of(parsed);
        using var state = StateStore.Require(parsed);
        foreach ((string name, long? iteration) in Wanted(state, run, stage, step))
        {
            foreach ((string origin, RolloutRecord rollout) in state.Reader.Rollouts(run, name, iteration))
            {
                if (json) terminal.PrintJson(new Line(origin, rollout));
                else terminal.Print(Text(origin, rollout));
            }
        }
        return ExitCode.Done;
    }

    /// <summary>A step belongs to one iteration; which one stands in its committed figures.</summary>
    private static IEnumerable<(string Stage, long? Iteration)> Wanted(StateStore state, string run, string? stage, long? step)
    {
        var stages = state.Reader.Status(run).Stages.Select(status => status.Name).Where(name => stage is null || name == stage).ToList();
        if (stages.Count == 0) throw new RunRefusedException($"run {run} has no stage '{stage}'", ExitCode.WrongInput);
        if (step is null) return stages.Select(name => (name, (long?)null));

        var iterations = state.Reader.Metrics(run, stage).Where(row => row.Metrics.Step == step && row.Metrics.Iteration is not null);
        return [.. iterations.Select((StepMetricsRow row) => (row.Stage, row.Metrics.Iteration))];
    }

    private static string Text(string stage, RolloutRecord rollout)
    {
        string parts = string.Join(", ", rollout.Rewards.Select(part => $"{part.Key} {Figures.Share(part.Value)}"));
        return $"{stage}  iteration {rollout.Iteration}  {rollout.Question}  sample {rollout.Sample}  {rollout.OutputIds.Count} tokens  {rollout.FinishReason}  reward {Figures.Share(rollout.Total)} ({parts})";
    }

    /// <summary>A line of <c>--json</c>: <c>stage</c> first, then the rollout's own fields.</summary>
    private sealed record Line(
        string Stage, long Iteration, string Question, int Sample, long PolicyVersion, IReadOnlyList<int> InputIds, IReadOnlyList<int> OutputIds,
        IReadOnlyList<float> Logprobs, IReadOnlyDictionary<string, double> Rewards, double Total, string FinishReason)
    {
        public Line(string stage, RolloutRecord rollout)
            : this(stage, rollout.Iteration, rollout.Question, rollout.Sample, rollout.PolicyVersion, rollout.InputIds, rollout.OutputIds,
                rollout.Logprobs, rollout.Rewards, rollout.Total, rollout.FinishReason)
        {
        }
    }
}
