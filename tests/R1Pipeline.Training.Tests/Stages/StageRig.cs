using System.Text.Json;
using R1Pipeline.Artifacts;
using R1Pipeline.Contracts;
using R1Pipeline.Contracts.Data;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.StageHost;
using R1Pipeline.Stages;
using Serilog;

namespace R1Pipeline.Training.Tests.Stages;

/// <summary>Runs stages in this process behind the real stage context, in a state folder of its own.</summary>
internal sealed class StageRig : IDisposable
{
    private const long Seed = 1;

    private readonly string _root = Directory.CreateTempSubdirectory("r1-stages-").FullName;
    private int _attempts;

    /// <summary>The artifact store's folder.</summary>
    public string Artifacts => Path.Combine(_root, "artifacts");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    /// <summary>A JSON Lines source with these rows.</summary>
    public DataSourceDefinition File(string name, params IEnumerable<object> rows)
    {
        string path = Path.Combine(_root, $"{name}.jsonl");
        System.IO.File.WriteAllLines(path, rows.Select(row => JsonSerializer.Serialize(row, ContractJson.Compact)));
        return new DataSourceDefinition { Name = name, Path = path };
    }

    /// <summary>A generated source.</summary>
    public static DataSourceDefinition Generated(string name, AdditionSplit split, int rows) =>
        new() { Name = name, Addition = new AdditionOptions { Split = split, Rows = rows, Seed = Seed } };

    /// <summary>An output as another stage's input.</summary>
    public StageArtifact Input(string role, StageRun made, string? name = null) =>
        new(role, name ?? made.Request.Stage, made.Request.Stage, made.Result.Artifact, new ArtifactStore(Artifacts).DirectoryOf(made.Result.Artifact));

    /// <summary>A request for one attempt of a stage, in a run of its own: draws follow from the stage's name, so they do not depend on the tests before. Refine it with <c>with</c>.</summary>
    public StageRequest Request(string uses, StageOptions options, IReadOnlyList<DataSourceDefinition> data, params IReadOnlyList<StageArtifact> inputs)
    {
        int attempt = ++_attempts;
        string run = $"run-{attempt}";
        return new StageRequest
        {
            Run = run,
            Stage = uses,
            Uses = uses,
            Attempt = 1,
            Token = attempt,
            Key = new string('a', 64),
            Seed = Seed,
            Options = JsonSerializer.SerializeToElement(options, options.GetType(), ContractJson.Compact),
            Artifacts = inputs,
            Data = [.. data.Select(source => source.Name), .. inputs.Where(input => input.Role == "data").Select(input => input.Name)],
            Sources = data,
            StageDirectory = Directory.CreateDirectory(Path.Combine(_root, "runs", run, "stages", uses)).FullName,
            AttemptDirectory = Directory.CreateDirectory(Path.Combine(_root, "runs", run, "stages", uses, "attempts", "1")).FullName,
            ArtifactsDirectory = Artifacts,
            LeaseLifetime = TimeSpan.FromMinutes(1),
        };
    }

    /// <summary>Runs an attempt to its end.</summary>
    public StageRun Run(StageRequest request, RecordingOwner? owner = null, ILogger? log = null)
    {
        owner ??= new RecordingOwner();
        var context = new StageContext(request, owner, log ?? Log.Logger);
        var result = AllStages.Create().Single(stage => stage.Uses == request.Uses).Execute(context);
        return new StageRun(request, owner, context, result, new ArtifactStore(Artifacts).DirectoryOf(result.Artifact));
    }

    /// <summary>The same stage, resumed in a new attempt from one of its checkpoints.</summary>
    public StageRun Resume(StageRequest request, CheckpointRef checkpoint) =>
        Run(request with { Attempt = request.Attempt + 1, Token = ++_attempts + 1000, Checkpoints = [checkpoint] });

    /// <summary>The failure that an attempt ends with.</summary>
    public StageFailedException Fails(StageRequest request) => Assert.Throws<StageFailedException>(() => Run(request));

    /// <summary>Artifacts in the store.</summary>
    public int NumArtifacts => Directory.Exists(Artifacts) ? Directory.GetDirectories(Artifacts).Length : 0;
}
