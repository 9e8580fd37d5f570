using R1Pipeline.Contracts.Artifacts;
using R1Pipeline.Contracts.Data;
using R1Pipeline.Contracts.Options;

namespace R1Pipeline.Contracts.Pipelines;

/// <summary>Every stage kind that exists, one entry each. A new stage adds one entry here, its options, its folder under <c>stages/</c> and a pipeline.</summary>
public static class StageCatalog
{
    /// <summary>Role of the model that judges on the local engine.</summary>
    public const string JudgeRole = "judge-model";

    private static readonly StageInputSlot Model = new("model", ArtifactKind.Model, StageInputShape.One, Required: true);
    private static readonly StageInputSlot JudgeModel = new(JudgeRole, ArtifactKind.Model, StageInputShape.One, Required: false);
    private static readonly IReadOnlyList<string> PromptAndResponse = [DataRowFields.Prompt, DataRowFields.Response];
    private static readonly IReadOnlyList<string> PromptThinkAnswer = [DataRowFields.Prompt, DataRowFields.Think, DataRowFields.Answer];
    private static readonly IReadOnlyList<IReadOnlyList<string>> LabelledResponse = [[.. PromptAndResponse, DataRowFields.Label], [.. PromptThinkAnswer, DataRowFields.Label]];
    private static readonly IReadOnlyList<string> PromptAndGold = [DataRowFields.Prompt, DataRowFields.Gold];

    /// <summary>All kinds, in the order in which a run of the paper meets them.</summary>
    public static IReadOnlyList<StageKind> All { get; } =
    [
        new() { Name = "import-model", Options = typeof(ImportModelOptions), Output = ArtifactKind.Model, Version = 3, HasCheckpoints = false },
        new()
        {
            Name = "train-tokenizer", Options = typeof(TrainTokenizerOptions), Output = ArtifactKind.Tokenizer, Version = 1, HasCheckpoints = false,
            RowFields = [[DataRowFields.Text], PromptAndResponse],
        },
        new()
        {
            Name = "pretraining", Options = typeof(PretrainingOptions), Output = ArtifactKind.Model, Version = 2,
            Inputs = [new("tokenizer", ArtifactKind.Tokenizer, StageInputShape.One, Required: false)],
            RowFields = [[DataRowFields.Text], PromptAndResponse],
        },
        new()
        {
            Name = "cold-start", Options = typeof(SupervisedFineTuningOptions), Output = ArtifactKind.Model, Version = 3,
            Inputs = [Model], RowFields = [PromptAndResponse, PromptThinkAnswer],
        },
        new()
        {
            Name = "reasoning-rl", Options = typeof(ReasoningRlOptions), Output = ArtifactKind.Model, Version = 4,
            Inputs = [Model], RowFields = [PromptAndGold],
        },
        new()
        {
            Name = "rejection-sampling", Options = typeof(RejectionSamplingOptions), Output = ArtifactKind.Dataset, Version = 3,
            Inputs = [Model, JudgeModel], RowFields = [PromptAndGold, PromptAndResponse],
        },
        new()
        {
            Name = "supervised-fine-tuning", Options = typeof(SupervisedFineTuningOptions), Output = ArtifactKind.Model, Version = 3,
            Inputs = [Model], RowFields = [PromptAndResponse, PromptThinkAnswer],
        },
        new()
        {
            Name = "reward-modeling", Options = typeof(RewardModelingOptions), Output = ArtifactKind.RewardModel, Version = 3,
            Inputs = [Model], RowFields = [[DataRowFields.Prompt, DataRowFields.Chosen, DataRowFields.Rejected]],
            RowFieldsByOptions = options => RewardModelingOptions.IsPointwise((RewardModelingOptions)options) ? LabelledResponse : null,
        },
        new()
        {
            Name = "all-scenario-rl", Options = typeof(AllScenarioRlOptions), Output = ArtifactKind.Model, Version = 4,
            Inputs = [Model, new("reward-models", ArtifactKind.RewardModel, StageInputShape.Map, Required: false), JudgeModel],
            RowFields = [[DataRowFields.Prompt]],
        },
        new()
        {
            Name = "distillation", Options = typeof(SupervisedFineTuningOptions), Output = ArtifactKind.Model, Version = 3,
            Inputs = [Model], RowFields = [PromptAndResponse, PromptThinkAnswer],
        },
        new()
        {
            Name = "evaluation", Options = typeof(EvaluationOptions), Output = ArtifactKind.EvaluationReport, Version = 4,
            Inputs = [new("models", ArtifactKind.Model, StageInputShape.List, Required: true)], TakesTasks = true,
        },
    ];

    /// <summary>The row fields that an evaluation task's source needs.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> TaskRowFields { get; } = [PromptAndGold, [DataRowFields.Prompt, DataRowFields.Must]];

    /// <summary>The kind of that name, or null.</summary>
    public static StageKind? Find(string name) => All.FirstOrDefault(kind => kind.Name == name);
}
