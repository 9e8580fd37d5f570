namespace R1Pipeline.Contracts.Options;

/// <summary>Supervised fine-tuning with the loss on the assistant's tokens only: cold start, the 800K stage, distillation (r1-recipe.md 8, 9, 10).</summary>
public sealed record SupervisedFineTuningOptions : SupervisedOptions
{
    /// <summary>Train a low-rank adapter instead of the model's own weights; null: train them all.</summary>
    [AbsentFromKeyWhenNull]
    public LoraOptions? Lora { get; init; }
}
