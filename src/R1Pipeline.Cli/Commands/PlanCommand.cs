using System.CommandLine;
using R1Pipeline.Cli.Output;
using R1Pipeline.Definition;
using R1Pipeline.Orchestration.Planning;
using R1Pipeline.Orchestration.Reports;

namespace R1Pipeline.Cli.Commands;

/// <summary><c>r1 plan</c>: which stages a run would take from earlier ones, why it computes the others, and what they need. Creates nothing.</summary>
internal static class PlanCommand
{
    public static Command Create()
    {
        Argument<string> file = CommonOptions.File();
        Option<string[]> set = CommonOptions.Set();
        Option<bool> json = CommonOptions.Json();
        var command = new Command("plan", "Show what a run would do, before anything runs; refuses what cannot fit.") { file, set, json };
        command.SetAction(parsed => Execute(parsed, parsed.GetRequiredValue(file), parsed.GetValue(set) ?? [], parsed.GetValue(json)));
        return command;
    }

    private static int Execute(ParseResult parsed, string file, string[] overrides, bool json)
    {
        var terminal = Terminal.Of(parsed);
        CompileResult result = PipelineCompiler.Compile(file, overrides);
        if (result.Definition is not { } definition)
        {
            Mistakes.Print(terminal, result.Diagnostics);
            Mistakes.PrintSummary(terminal, result.Diagnostics.Count);
            return ExitCode.WrongInput;
        }

        using StateStore? state = StateStore.Find(parsed);
        RunPlan plan = new RunPlanner(state?.Store, CommonOptions.StateDirectory(parsed)).Plan(definition);
        if (json) terminal.PrintJson(new { plan.Stages });
        else
        {
            TableView.Print(terminal, Table(definition.Name, plan), "cached", "why");
            TableView.Print(terminal, MemoryTable(plan));
            if (plan.Stages.Any(stage => stage.Memory?.Device is not null)) TableView.Print(terminal, DeviceTable(plan));
        }

        foreach (string problem in plan.Problems) terminal.Fail(problem);
        return plan.Problems.Count > 0 ? ExitCode.Failed : ExitCode.Done;
    }

    private static ReportTable Table(string name, RunPlan plan) => new(
        $"{name}: {plan.Stages.Count(stage => stage.Cached)} of {plan.Stages.Count} stages are cached",
        "Steps, tokens, memory and disk are estimates of what would be computed.",
        ["stage", "cached", "steps", "tokens", "memory", "disk", "why"],
        [.. plan.Stages.Select(IReadOnlyList<string> (stage) =>
        [
            stage.Name,
            stage.Cached ? "yes" : "no",
            stage.Steps.ToString(),
            stage.Tokens.ToString(),
            Figures.Bytes(stage.MemoryBytes),
            Figures.Bytes(stage.DiskBytes),
            stage.Why,
        ])]);

    private static ReportTable MemoryTable(RunPlan plan) => new(
        "Memory of each worker, estimated",
        "Sampling and updating take turns: the larger of activations and cache counts. Rewards: reward models, a judge on the local engine, the process of the rules.",
        ["stage", "total", "runtime", "weights", "gradients", "moments", "reference", "rewards", "activations", "cache", "checkpoint copy"],
        [.. plan.Stages.Where(stage => stage.Memory is not null).Select(IReadOnlyList<string> (stage) =>
        [
            stage.Name,
            .. new[]
            {
                stage.MemoryBytes, stage.Memory!.Runtime, stage.Memory.Weights, stage.Memory.Gradients, stage.Memory.Moments, stage.Memory.Reference,
                stage.Memory.Rewards, stage.Memory.Activations, stage.Memory.Cache, stage.Memory.Checkpoint,
            }.Select(Figures.Bytes),
        ])]);

    private static ReportTable DeviceTable(RunPlan plan) => new(
        "Memory on the device, estimated and not measured on any GPU",
        "The table above is the host's then. Phases take turns: an offloaded part counts in its phase alone, and of rollouts, scoring, forward and backward, and update the largest counts.",
        ["stage", "device", "total", "driver", "weights", "gradients", "moments", "reference", "rewards", "activations", "cache"],
        [.. plan.Stages.Where(stage => stage.Memory?.Device is not null).Select(stage => (stage.Name, Device: stage.Memory!.Device!)).Select(IReadOnlyList<string> (stage) =>
        [
            stage.Name,
            stage.Device.Name,
            .. new[] { stage.Device.Total, stage.Device.Context, stage.Device.Weights, stage.Device.Gradients, stage.Device.Moments + stage.Device.Piece }.Select(Figures.Bytes),
            .. new[] { stage.Device.Reference, stage.Device.RewardModels + stage.Device.Judge, stage.Device.Activations, stage.Device.Cache }.Select(Figures.Bytes),
        ])]);
}
