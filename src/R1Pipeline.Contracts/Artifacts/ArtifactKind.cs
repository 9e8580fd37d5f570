namespace R1Pipeline.Contracts.Artifacts;

/// <summary>What an immutable stage output is. Only outputs of a matching kind fit into a stage's input.</summary>
public enum ArtifactKind
{
    /// <summary>A Hugging Face model folder: config, weights, tokenizer, chat template.</summary>
    Model,

    /// <summary>A tokenizer folder: tokenizer.json and tokenizer_config.json.</summary>
    Tokenizer,

    /// <summary>Rows in JSON Lines (<c>rows.jsonl</c>).</summary>
    Dataset,

    /// <summary>A model folder with a scalar head and its score statistics.</summary>
    RewardModel,

    /// <summary>Measured figures (<c>evaluation.json</c>) and sample outputs.</summary>
    EvaluationReport,
}
