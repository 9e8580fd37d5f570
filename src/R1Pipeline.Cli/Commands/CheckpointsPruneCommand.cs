using System.CommandLine;
using R1Pipeline.Cli.Output;
using R1Pipeline.Orchestration.Pruning;
using R1Pipeline.Orchestration.Reports;

namespace R1Pipeline.Cli.Commands;

/// <summary><c>r1 checkpoints prune</c>: frees the disk of a run at rest. What it drops is nothing that the run, or another one, still needs.</summary>
internal static class CheckpointsPruneCommand
{
    private const int KeptByDefault = 2;

    public static Command Create()
    {
        Argument<string> run = CommonOptions.Run();
        var keep = new Option<int>("--keep")
        {
            Description = $"Newest good checkpoints that stay of a stage that is not done (default {KeptByDefault}); a done stage keeps none, its output is what counts.",
            HelpName = "K",
            DefaultValueFactory = _ => KeptByDefault,
        };
        keep.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && int.TryParse(result.Tokens[0].Value, out int number) && number < 0) result.AddError("--keep is a number of checkpoints, 0 or more.");
        });
        Option<string?> stage = CommonOptions.Stage();
        var dryRun = new Option<bool>("--dry-run") { Description = "Only say what would go." };
        Option<bool> json = CommonOptions.Json();
        var command = new Command("prune", "Drop checkpoints that are not needed any more; refuses while the run is being worked on.") { run, keep, stage, dryRun, json };
        command.SetAction(parsed => Execute(
            parsed, parsed.GetRequiredValue(run), parsed.GetValue(keep), parsed.GetValue(stage), parsed.GetValue(dryRun), parsed.GetValue(json)));
        return command;
    }

    private static int Execute(ParseResult parsed, string run, int keep, string? stage, bool dryRun, bool json)
    {
        var terminal = Terminal.Of(parsed);
        using var state = StateStore.Require(parsed);
        PruneOutcome outcome = new CheckpointPruner(state.Store, state.Directory, TimeProvider.System).Prune(run, keep, stage, dryRun);
        foreach (PrunedCheckpoint checkpoint in outcome.Dropped)
        {
            if (json) terminal.PrintJson(new { checkpoint.Stage, checkpoint.Step, checkpoint.Bytes, Path = checkpoint.Folder, Dropped = !dryRun });
            else terminal.Print($"{(dryRun ? "would drop" : "dropped")}  {checkpoint.Stage}, step {checkpoint.Step}, {Figures.Bytes(checkpoint.Bytes)}");
        }
        foreach ((string name, string why) in outcome.Spared) terminal.Say($"{name} is left alone: {why}");
        terminal.Say($"{outcome.Dropped.Count} checkpoints, {Figures.Bytes(outcome.Dropped.Sum(checkpoint => checkpoint.Bytes))}{(dryRun ? "; nothing was done" : "")}");
        return ExitCode.Done;
    }
}
