using System.ComponentModel.DataAnnotations;

namespace R1Pipeline.Contracts.Options;

/// <summary>Import of a Hugging Face model folder.</summary>
public sealed record ImportModelOptions : StageOptions
{
    /// <summary>The folder; relative to the pipeline file.</summary>
    [Required]
    public string Path { get; init; } = "";

    /// <summary>Chat template to use instead of the folder's own: <c>addition</c>, <c>r1-zero</c>, <c>chatml</c>, <c>llama3</c> or <c>deepseek-r1</c>. Null: the folder's.</summary>
    [AllowedValues("addition", "r1-zero", "chatml", "llama3", "deepseek-r1")]
    public string? ChatTemplate { get; init; }
}
