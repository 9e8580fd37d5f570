using System.ComponentModel.DataAnnotations;

namespace R1Pipeline.Contracts.Options;

/// <summary>Pretraining from random weights: next-token loss on all tokens of the documents.</summary>
public sealed record PretrainingOptions : SupervisedOptions
{
    /// <summary>The model to make.</summary>
    public ModelShapeOptions Model { get; init; } = new();

    /// <summary>A built-in tokenizer: <c>addition</c> (the closed word list of the generated task) or <c>bytes</c>. Null: the stage's <c>tokenizer:</c> input.</summary>
    [AllowedValues("addition", "bytes")]
    public string? Tokenizer { get; init; }

    /// <summary>Chat template that the model is given: <c>addition</c>, <c>r1-zero</c>, <c>chatml</c>, <c>llama3</c> or <c>deepseek-r1</c>.</summary>
    [AllowedValues("addition", "r1-zero", "chatml", "llama3", "deepseek-r1")]
    public string ChatTemplate { get; init; } = "addition";
}
