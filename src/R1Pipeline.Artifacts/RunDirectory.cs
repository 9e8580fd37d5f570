namespace R1Pipeline.Artifacts;

/// <summary>
/// The layout of the state folder, and the only file that joins paths of it. Creates nothing and reads nothing.
/// <code>
/// STATE/ r1.db              or database.json: the database is elsewhere
///        daemon.lock, daemon.sock
///        daemon/             pid, log-DATE.jsonl
///        artifacts/SHA256/   artifact.json, the files, provenance.json (outside the hash)
///        runs/RUN/           definition.json, pipeline.yaml, lock, run.jsonl, report.md, report.html
///             stages/STAGE/  checkpoints/step-000000120-t3/   rollouts/iteration-000001.jsonl
///                            judgements/t3.jsonl
///                            attempts/1/  request.json, log.jsonl, stderr.log, report.json
/// </code>
/// </summary>
/// <param name="stateDirectory">The state folder; made absolute.</param>
/// <param name="run">Run id.</param>
public sealed class RunDirectory(string stateDirectory, string run)
{
    /// <summary>Name of the file that lists an artifact's files; its SHA-256 is the artifact's.</summary>
    public const string ArtifactManifestName = "artifact.json";

    /// <summary>Name of the file that says where an artifact came from; no part of its hash.</summary>
    public const string ProvenanceName = "provenance.json";

    /// <summary>Name of the file that lists a checkpoint's files.</summary>
    public const string CheckpointManifestName = "manifest.json";

    private const string TemporaryPrefix = ".tmp-";

    /// <summary>Folder of the run.</summary>
    public string Root { get; } = Path.Combine(RunsOf(stateDirectory), run);

    /// <summary>The resolved definition, JSON.</summary>
    public string Definition => Path.Combine(Root, "definition.json");

    /// <summary>Copy of the pipeline file as it was given.</summary>
    public string Pipeline => Path.Combine(Root, "pipeline.yaml");

    /// <summary>File whose lock the run's owner holds.</summary>
    public string Lock => Path.Combine(Root, "lock");

    /// <summary>What the run's owners did, compact JSON, one event a line.</summary>
    public string Log => Path.Combine(Root, "run.jsonl");

    /// <summary>The report, Markdown.</summary>
    public string ReportMarkdown => Path.Combine(Root, "report.md");

    /// <summary>The report, one self-contained HTML file.</summary>
    public string ReportHtml => Path.Combine(Root, "report.html");

    /// <summary>Folder of a stage: <see cref="Contracts.Stages.StageRequest.StageDirectory"/>.</summary>
    public string Stage(string stage) => Path.Combine(Root, "stages", stage);

    /// <summary>Folder of an attempt: <see cref="Contracts.Stages.StageRequest.AttemptDirectory"/>.</summary>
    public string Attempt(string stage, int attempt) => Path.Combine(AttemptsOf(Stage(stage)), $"{attempt}");

    /// <summary>The SQLite file of a state folder.</summary>
    public static string DatabaseOf(string stateDirectory) => Path.Combine(Path.GetFullPath(stateDirectory), "r1.db");

    /// <summary>What says that the state of a folder is in a database elsewhere, and in which.</summary>
    public static string DatabaseMarkOf(string stateDirectory) => Path.Combine(Path.GetFullPath(stateDirectory), "database.json");

    /// <summary>File whose lock the daemon of a state folder holds.</summary>
    public static string DaemonLockOf(string stateDirectory) => Path.Combine(Path.GetFullPath(stateDirectory), "daemon.lock");

    /// <summary>Process id of that daemon, for people.</summary>
    public static string DaemonProcessOf(string stateDirectory) => Path.Combine(Path.GetFullPath(stateDirectory), "daemon", "pid");

    /// <summary>Unix socket of the daemon of a state folder, unless it was told another one.</summary>
    public static string DaemonSocketOf(string stateDirectory) => Path.Combine(Path.GetFullPath(stateDirectory), "daemon.sock");

    /// <summary>The daemon's log, compact JSON; the date goes between its name and its extension.</summary>
    public static string DaemonLogOf(string stateDirectory) => Path.Combine(Path.GetFullPath(stateDirectory), "daemon", "log-.jsonl");

    /// <summary>All artifacts of a state folder.</summary>
    public static string ArtifactsOf(string stateDirectory) => Path.Combine(Path.GetFullPath(stateDirectory), "artifacts");

    /// <summary>All runs of a state folder.</summary>
    public static string RunsOf(string stateDirectory) => Path.Combine(Path.GetFullPath(stateDirectory), "runs");

    /// <summary>Folder of one artifact.</summary>
    public static string ArtifactOf(string artifactsDirectory, string sha256) => Path.Combine(artifactsDirectory, sha256);

    /// <summary>Folders of a stage's attempts.</summary>
    public static string AttemptsOf(string stageDirectory) => Path.Combine(stageDirectory, "attempts");

    /// <summary>Checkpoints of a stage.</summary>
    public static string CheckpointsOf(string stageDirectory) => Path.Combine(stageDirectory, "checkpoints");

    /// <summary>Folder of the checkpoint that the holder of <paramref name="token"/> made after <paramref name="step"/> steps.</summary>
    public static string CheckpointOf(string stageDirectory, long step, long token) =>
        Path.Combine(CheckpointsOf(stageDirectory), $"step-{step:D9}-t{token}");

    /// <summary>Whether a checkpoint folder lies in a stage's own folder, not in that of another run.</summary>
    public static bool IsCheckpointOf(string stageDirectory, string checkpointDirectory) =>
        Path.GetDirectoryName(Path.GetFullPath(checkpointDirectory)) == Path.GetFullPath(CheckpointsOf(stageDirectory));

    /// <summary>Token in the name of a checkpoint folder; null when the name is not one.</summary>
    public static long? TokenOf(string checkpointDirectory)
    {
        string name = Path.GetFileName(checkpointDirectory);
        int at = name.LastIndexOf("-t", StringComparison.Ordinal);
        return name.StartsWith("step-", StringComparison.Ordinal) && at > 0 && long.TryParse(name.AsSpan(at + 2), out long token) ? token : null;
    }

    /// <summary>Rollouts of a stage, a file an iteration.</summary>
    public static string RolloutsOf(string stageDirectory) => Path.Combine(stageDirectory, "rollouts");

    /// <summary>Rollouts of one iteration, JSON Lines.</summary>
    public static string RolloutShardOf(string stageDirectory, long iteration) => Path.Combine(RolloutsOf(stageDirectory), $"iteration-{iteration:D6}.jsonl");

    /// <summary>What a language model judged for a stage, a file an attempt.</summary>
    public static string JudgementsOf(string stageDirectory) => Path.Combine(stageDirectory, "judgements");

    /// <summary>Judgements that the holder of <paramref name="token"/> got, JSON Lines.</summary>
    public static string JudgementsOf(string stageDirectory, long token) => Path.Combine(JudgementsOf(stageDirectory), $"t{token}.jsonl");

    /// <summary>The request that an attempt was started with.</summary>
    public static string RequestOf(string attemptDirectory) => Path.Combine(attemptDirectory, "request.json");

    /// <summary>The attempt's log, compact JSON, one event a line.</summary>
    public static string LogOf(string attemptDirectory) => Path.Combine(attemptDirectory, "log.jsonl");

    /// <summary>What native code and a dying runtime printed.</summary>
    public static string StandardErrorOf(string attemptDirectory) => Path.Combine(attemptDirectory, "stderr.log");

    /// <summary>Steps that the attempt's worker has done: a <see cref="Disk.StepMark"/>.</summary>
    public static string StepMarkOf(string attemptDirectory) => Path.Combine(attemptDirectory, "step");

    /// <summary>Where every thread of a worker that hung stood before it was killed.</summary>
    public static string StacksOf(string attemptDirectory) => Path.Combine(attemptDirectory, "stacks.txt");

    /// <summary>How the attempt ended.</summary>
    public static string ReportOf(string attemptDirectory) => Path.Combine(attemptDirectory, "report.json");

    /// <summary>A file of an artifact or checkpoint folder, by the name that its manifest gives it.</summary>
    public static string FileOf(string directory, string name) => Path.Combine(directory, name);

    /// <summary>A fresh name beside its final place, hence on the same file system.</summary>
    public static string NewTemporary(string parentDirectory) => Path.Combine(parentDirectory, $"{TemporaryPrefix}{Guid.NewGuid():N}");

    /// <summary>Whether a name was made by <see cref="NewTemporary"/>.</summary>
    public static bool IsTemporary(string path) => Path.GetFileName(path).StartsWith(TemporaryPrefix, StringComparison.Ordinal);
}
