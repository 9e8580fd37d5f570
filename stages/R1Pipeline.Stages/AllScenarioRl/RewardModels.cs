using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.StageHost;
using R1Pipeline.Stages.Models;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Runtime;

namespace R1Pipeline.Stages.AllScenarioRl;

/// <summary>The stage's reward models by name, each with its own tokenizer, template and score statistics. Owns them.</summary>
internal sealed class RewardModels : IDisposable
{
    private readonly List<RewardJudge> _judges = [];

    /// <summary>How many there are.</summary>
    public int Count => _judges.Count;

    /// <summary>The models, in file order.</summary>
    public IReadOnlyList<RewardJudge> Judges => _judges;

    /// <summary>Loads every model under <c>reward-models:</c>.</summary>
    public static RewardModels Open(StageContext context, AllScenarioRlOptions options)
    {
        var models = new RewardModels();
        try
        {
            foreach (var artifact in context.Artifacts("reward-models")) models._judges.Add(Open(context, options, artifact));
        }
        catch
        {
            models.Dispose();
            throw;
        }

        return models;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var judge in _judges) judge.Model.Dispose();
        _judges.Clear();
    }

    private static RewardJudge Open(StageContext context, AllScenarioRlOptions options, StageArtifact artifact)
    {
        context.Phase("loading");
        var text = ModelText.Load(artifact.Directory);
        EntryProbe.Check(text, DecoderConfigFile.Read(artifact.Directory, DecoderHead.Score), $"reward model of stage {artifact.Stage}");
        var model = RewardModel.Load(artifact.Directory, placement: ModelPlacement.Of(context));
        if (model.Statistics is { StandardDeviation: > 0 } statistics)
        {
            var map = ScoreMap.Of(options, statistics);
            context.Log.Information(
                "Reward model {Name} of {Stage} scores {Mean:0.000} ± {Deviation:0.000}; a score becomes a reward by the map {Map}", artifact.Name, artifact.Stage, statistics.Mean, statistics.StandardDeviation, map.Kind);
            return new RewardJudge(artifact.Name, model, text, map, new OffloadedPart(model.Body, options.Offloads(OffloadedParts.RewardModels)));
        }

        model.Dispose();
        throw new StageFailedException(
            StageFailureClass.UserData,
            $"reward model of stage {artifact.Stage}: its scores on held-out pairs do not spread, so they cannot become rewards; train it on more pairs or with a higher learning rate.");
    }
}
