using R1Pipeline.Contracts.Stages;
using R1Pipeline.StageHost;
using R1Pipeline.Stages.Models;
using R1Pipeline.Training.Generation;

namespace R1Pipeline.Stages.Evaluation;

/// <summary>Keeps one model in memory at a time: the next one is loaded after the last one is gone.</summary>
internal sealed class CurrentModel(StageContext context, int maxRows, int? prefillTokens) : IDisposable
{
    private string? _stage;
    private LanguageModel? _model;
    private GenerationEngine? _engine;

    /// <summary>Samples from the current model.</summary>
    public GenerationEngine Engine => _engine ?? throw new InvalidOperationException("No model is loaded.");

    /// <summary>The model of that artifact, loaded unless it is the current one.</summary>
    public LanguageModel Load(StageArtifact artifact)
    {
        if (_model is not null && _stage == artifact.Stage) return _model;
        Dispose();
        _model = LanguageModel.OpenToSample(context, artifact);
        _engine = _model.NewEngine(context, maxRows, prefillTokens);
        _stage = artifact.Stage;
        context.Phase("sampling"); // the loading, which said so, is over
        return _model;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _model?.Dispose();
        (_stage, _model, _engine) = (null, null, null);
    }
}
