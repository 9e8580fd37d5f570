using System.CommandLine;
using R1Pipeline.Artifacts;
using R1Pipeline.Artifacts.Checkpoints;
using R1Pipeline.Cli.Output;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Orchestration.Runs;
using R1Pipeline.Orchestration.Stores;

namespace R1Pipeline.Cli.Commands;

/// <summary><c>r1 checkpoints verify</c>: reads every byte of a run's committed checkpoints and outputs, and names each file that is not what was written.</summary>
internal static class CheckpointsVerifyCommand
{
    public static Command Create()
    {
        Argument<string> run = CommonOptions.Run();
        Option<bool> json = CommonOptions.Json();
        var command = new Command("verify", "Compare every file of a run's checkpoints and outputs with its hash; ends with 1 when one differs.") { run, json };
        command.SetAction(parsed => Execute(parsed, parsed.GetRequiredValue(run), parsed.GetValue(json)));
        return command;
    }

    private static int Execute(ParseResult parsed, string run, bool json)
    {
        var terminal = Terminal.Of(parsed);
        using var state = StateStore.Require(parsed);
        var artifacts = new ArtifactStore(RunDirectory.ArtifactsOf(state.Directory));
        int good = 0, bad = 0;
        foreach (CheckpointRow row in state.Reader.Checkpoints(run))
        {
            string[] problems = [.. CheckpointReader.Problems(new CheckpointRef(row.Step, row.Folder, row.Sha256, row.Bytes))];
            Tell(row.Stage, row.Step, $"checkpoint of step {row.Step}", row.Folder, problems);
        }
        foreach (StageState stage in state.Store.Find(run)?.Stages ?? [])
        {
            if (stage.Artifact is { } artifact) Tell(stage.Name, null, $"output {artifact.Sha256[..12]}", artifacts.DirectoryOf(artifact), artifacts.Problems(artifact));
        }
        if (!json) terminal.Print($"{good} good, {bad} damaged");
        return bad == 0 ? ExitCode.Done : ExitCode.Failed;

        void Tell(string stage, long? step, string what, string path, IReadOnlyList<string> problems)
        {
            if (problems.Count == 0) good++;
            else bad++;
            if (json)
            {
                terminal.PrintJson(new { stage, step, state = problems.Count == 0 ? "good" : "damaged", path, problems });
                return;
            }
            if (problems.Count == 0) terminal.Print($"good     {stage}, {what}");
            foreach (string problem in problems) terminal.Print($"DAMAGED  {stage}, {what} in {path}: {problem}");
        }
    }
}
