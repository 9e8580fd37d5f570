using System.CommandLine;
using R1Pipeline.Artifacts;
using R1Pipeline.Artifacts.Checkpoints;
using R1Pipeline.Cli.Output;
using R1Pipeline.Contracts.Artifacts;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Orchestration.Reports;
using R1Pipeline.Orchestration.Runs;
using R1Pipeline.Orchestration.Stores;

namespace R1Pipeline.Cli.Commands;

/// <summary><c>r1 checkpoints</c>: what a run has on disk, and whether every byte of it is still what was written.</summary>
internal static class CheckpointsCommand
{
    public static Command Create() => new("checkpoints", "List or verify the checkpoints and outputs of a run.") { CreateList(), CreateVerify() };

    private static Command CreateList()
    {
        Argument<string> run = CommonOptions.Run();
        Option<bool> json = CommonOptions.Json();
        var command = new Command("list", "List a run's checkpoints by stage and step.") { run, json };
        command.SetAction(parsed => List(parsed, parsed.GetRequiredValue(run), parsed.GetValue(json)));
        return command;
    }

    private static Command CreateVerify()
    {
        Argument<string> run = CommonOptions.Run();
        var command = new Command("verify", "Compare every file of a run's checkpoints and outputs with its hash; ends with 1 when one differs.") { run };
        command.SetAction(parsed => Verify(parsed, parsed.GetRequiredValue(run)));
        return command;
    }

    private static int List(ParseResult parsed, string run, bool json)
    {
        var terminal = Terminal.Of(parsed);
        using var state = StateStore.Require(parsed);
        IReadOnlyList<CheckpointRow> rows = state.Reader.Checkpoints(run);
        if (json)
        {
            foreach (CheckpointRow row in rows) terminal.PrintJson(new { row.Stage, row.Step, row.State, row.Sha256, row.Bytes, Path = row.Folder });
            return ExitCode.Done;
        }
        if (rows.Count == 0) terminal.Say($"run {run} has no checkpoints");
        else
        {
            TableView.Print(terminal, new ReportTable("", null, ["stage", "step", "state", "size", "sha256", "path"],
                [.. rows.Select(IReadOnlyList<string> (row) => [row.Stage, row.Step.ToString(), row.State, Figures.Bytes(row.Bytes), row.Sha256[..12], row.Folder])]), "state", "sha256", "path");
        }
        return ExitCode.Done;
    }

    private static int Verify(ParseResult parsed, string run)
    {
        var terminal = Terminal.Of(parsed);
        using var state = StateStore.Require(parsed);
        int good = 0, bad = 0;
        foreach (CheckpointRow row in state.Reader.Checkpoints(run).Where(row => row.State == "committed"))
        {
            Count($"{row.Stage}, checkpoint of step {row.Step}", () => CheckpointReader.FirstProblem(new CheckpointRef(row.Step, row.Folder, row.Sha256, row.Bytes)));
        }

        var artifacts = new ArtifactStore(RunDirectory.ArtifactsOf(state.Directory));
        foreach (StageState stage in state.Store.Find(run)?.Stages ?? [])
        {
            if (stage.Artifact is { } artifact) Count($"{stage.Name}, output {artifact.Sha256[..12]}", () => FirstProblem(artifacts, artifact));
        }
        terminal.Print($"{good} good, {bad} damaged");
        return bad == 0 ? ExitCode.Done : ExitCode.Failed;

        void Count(string what, Func<string?> findProblem)
        {
            string? problem = findProblem();
            if (problem is null) good++;
            else bad++;
            terminal.Print(problem is null ? $"good     {what}" : $"DAMAGED  {what}: {problem}");
        }
    }

    private static string? FirstProblem(ArtifactStore artifacts, ArtifactRef artifact)
    {
        try
        {
            artifacts.Verify(artifact);
            return null;
        }
        catch (Exception damage) when (damage is InvalidDataException or IOException)
        {
            return damage.Message;
        }
    }
}
