using System.CommandLine;
using R1Pipeline.Artifacts;
using R1Pipeline.Artifacts.Checkpoints;
using R1Pipeline.Cli.Models;
using R1Pipeline.Cli.Output;
using R1Pipeline.Contracts.Artifacts;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Orchestration;
using R1Pipeline.Orchestration.Runs;
using R1Pipeline.Orchestration.Stores;

namespace R1Pipeline.Cli.Commands;

/// <summary>
/// <c>r1 checkpoints export</c>: a Hugging Face folder out of a stage's output or out of a training checkpoint. Both hold the model as such a folder already:
/// every byte is compared with its hash on the way, and nothing is converted unless another type or size of the weight files is asked for. A checkpoint of a
/// stage that trains an adapter holds that, in PEFT's format.
/// </summary>
internal static class CheckpointsExportCommand
{
    private const string Config = "config.json", AdapterConfig = "adapter_config.json";

    /// <summary>What transformers long wrote by default.</summary>
    private const long DefaultShardBytes = 5_000_000_000;

    public static Command Create()
    {
        Argument<string> run = CommonOptions.Run();
        var stage = new Option<string>("--stage") { Description = "The stage whose model is wanted.", HelpName = "STAGE", Required = true };
        var step = new Option<long?>("--step") { Description = "The checkpoint after this step (r1 checkpoints list); default: the stage's output.", HelpName = "N" };
        var target = new Option<string>("--out") { Description = "New folder for the model.", HelpName = "DIR", Required = true };
        var type = new Option<string?>("--dtype") { Description = $"Type of the weights: {string.Join(", ", WorkerConversion.Types)}; default: as they are, float32 with --max-shard-bytes.", HelpName = "TYPE" };
        type.AcceptOnlyFromAmong(WorkerConversion.Types);
        var shard = new Option<long?>("--max-shard-bytes") { Description = "Largest weight file; a larger model is written as shards with an index; default with --dtype: 5000000000.", HelpName = "N" };
        shard.Validators.Add(result => { if (result.GetValueOrDefault<long?>() is < 1) result.AddError("--max-shard-bytes is at least 1"); });
        var command = new Command("export", "Write the model of a stage, or of one of its checkpoints, as a Hugging Face folder.") { run, stage, step, target, type, shard };
        command.SetAction((parsed, stop) =>
        {
            WorkerConversion? conversion = parsed.GetValue(type) is null && parsed.GetValue(shard) is null
                ? null
                : new WorkerConversion(parsed.GetValue(type) ?? WorkerConversion.Types[0], parsed.GetValue(shard) ?? DefaultShardBytes);
            return ExecuteAsync(parsed, parsed.GetRequiredValue(run), parsed.GetRequiredValue(stage), parsed.GetValue(step), parsed.GetRequiredValue(target), conversion, stop);
        });
        return command;
    }

    private static async Task<int> ExecuteAsync(ParseResult parsed, string run, string stage, long? step, string target, WorkerConversion? conversion, CancellationToken stop)
    {
        using var state = StateStore.Require(parsed);
        var (source, files) = step is { } number ? Checkpoint(state, run, stage, number) : Output(state, run, stage);
        bool isAdapter = files.Any(file => file.Name == AdapterConfig);
        if (!isAdapter && files.All(file => file.Name != Config)) throw new RunRefusedException($"{source} holds no model: stage {stage} trains none", ExitCode.WrongInput);
        if (isAdapter && conversion is not null)
            throw new RunRefusedException($"{source} holds an adapter, not a model: leave --dtype and --max-shard-bytes out, or export the stage's output, which is merged", ExitCode.WrongInput);
        try
        {
            if (conversion is null) FolderExport.Copy(source, files, target);
            else await ConvertAsync(source, files, target, conversion, stop);
        }
        catch (InvalidDataException damage)
        {
            throw new RunRefusedException($"{damage.Message}; `r1 checkpoints verify {run}` shows all damage");
        }
        Terminal.Of(parsed).Say($"{Path.GetFullPath(target)}: the {(isAdapter ? "adapter" : "model")} of {stage}{(step is null ? "" : $" after step {step}")}");
        return ExitCode.Done;
    }

    // Verified on the way into a copy, which the worker reads and which goes again.
    private static async Task ConvertAsync(string source, IReadOnlyList<FileEntry> files, string target, WorkerConversion conversion, CancellationToken stop)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(target)), verified = $"{full}.{Guid.NewGuid():N}";
        if (Directory.Exists(full) && Directory.EnumerateFileSystemEntries(full).Any()) throw new IOException($"'{full}' is not empty; name a new folder");
        try
        {
            FolderExport.Copy(source, files, verified);
            await conversion.WriteAsync(verified, full, stop);
        }
        finally
        {
            if (Directory.Exists(verified)) Directory.Delete(verified, recursive: true);
        }
    }

    private static (string Source, IReadOnlyList<FileEntry> Files) Output(StateStore state, string run, string stage)
    {
        _ = state.Reader.Metrics(run, stage); // refuses a run or a stage that does not exist
        StageState found = state.Store.Find(run)!.Stage(stage);
        ArtifactRef artifact = found.Artifact ?? throw new RunRefusedException($"stage {stage} of run {run} has no output yet; --step N takes one of its checkpoints (r1 checkpoints list {run})");
        var artifacts = new ArtifactStore(RunDirectory.ArtifactsOf(state.Directory));
        try
        {
            return (artifacts.DirectoryOf(artifact), artifacts.ReadManifest(artifact).Files);
        }
        catch (InvalidDataException damage)
        {
            throw new RunRefusedException($"{damage.Message}; `r1 resume {run} --from {stage}` makes it again");
        }
    }

    private static (string Source, IReadOnlyList<FileEntry> Files) Checkpoint(StateStore state, string run, string stage, long step)
    {
        List<CheckpointRow> rows = [.. state.Reader.Checkpoints(run).Where(row => row.Stage == stage)];
        CheckpointRow row = rows.LastOrDefault(row => row.Step == step) ?? throw new RunRefusedException(
            $"stage {stage} of run {run} has no checkpoint of step {step}; it has {(rows.Count == 0 ? "none" : string.Join(", ", rows.Select(other => other.Step)))}", ExitCode.WrongInput);
        CheckpointManifest manifest = CheckpointReader.ManifestOf(new CheckpointRef(row.Step, row.Folder, row.Sha256, row.Bytes))
            ?? throw new RunRefusedException($"the checkpoint in {row.Folder} has no manifest; `r1 checkpoints verify {run}` shows all damage");
        return (row.Folder, [.. manifest.Files.Where(file => !file.Name.Contains('/'))]); // what only a resume needs lies in folders of its own
    }
}
