using System.Text.Json;
using R1Pipeline.Artifacts;
using R1Pipeline.Contracts;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Pipelines;
using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.StageHost;

/// <summary>What a request hands to a stage, checked: options of the catalog's type, artifacts whose every byte is what their hash says.</summary>
internal sealed class StageInputs(StageRequest request, ArtifactStore store)
{
    private readonly HashSet<string> _verified = [];

    /// <summary>The options.</summary>
    public StageOptions Options { get; } = ReadOptions(request);

    /// <summary>All artifacts of a role, in file order. Each is read once in full.</summary>
    public IReadOnlyList<StageArtifact> Artifacts(string role)
    {
        List<StageArtifact> artifacts = [.. request.Artifacts.Where(artifact => artifact.Role == role)];
        artifacts.ForEach(VerifyOnce);
        return artifacts;
    }

    /// <summary>Refuses a step without the figure that <c>keep-best</c> chooses by: at the first step, not after the first checkpoint.</summary>
    public void DemandFigures(StepMetrics metrics)
    {
        if (Options.KeepBest == 0 || metrics.Values.ContainsKey(Options.KeepBestMetric)) return;
        throw new StageFailedException(
            StageFailureClass.UserData,
            $"stage {request.Stage}: keep-best-metric is {Options.KeepBestMetric}, but step {metrics.Step} has no such figure; accepted: {string.Join(", ", metrics.Values.Keys.Order(StringComparer.Ordinal))}");
    }

    private void VerifyOnce(StageArtifact input)
    {
        if (!_verified.Add(input.Artifact.Sha256)) return;
        try
        {
            store.Verify(input.Artifact);
        }
        catch (InvalidDataException error)
        {
            throw new StageFailedException(StageFailureClass.UserData, $"{error.Message}; `r1 resume {request.Run} --from {input.Stage}` makes it again", error);
        }
    }

    private static StageOptions ReadOptions(StageRequest request)
    {
        StageKind kind = StageCatalog.Find(request.Uses)
            ?? throw new StageFailedException(StageFailureClass.UserData, $"stage kind '{request.Uses}' is not in the catalog");
        try
        {
            return (StageOptions)request.Options.Deserialize(kind.Options, ContractJson.Compact)!;
        }
        catch (JsonException error)
        {
            throw new StageFailedException(StageFailureClass.UserData, $"the options of stage {request.Stage} are no {kind.Options.Name}: {error.Message}", error);
        }
    }
}
