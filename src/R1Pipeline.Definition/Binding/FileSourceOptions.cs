using System.ComponentModel.DataAnnotations;

namespace R1Pipeline.Definition.Binding;

/// <summary>A data source that is a local JSON Lines file.</summary>
internal sealed record FileSourceOptions
{
    /// <summary>The file; below <c>data.root</c> unless absolute.</summary>
    [Required]
    public string Path { get; init; } = "";

    /// <summary>Row field → the key of the file that fills it, or a list of keys whose texts are joined by a line break. A field that is not listed is read from the key of its own name.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Fields { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>Language of every row that names none; null: told from the prompt's script.</summary>
    [AllowedValues("en", "zh")]
    public string? Language { get; init; }

    /// <summary>What the answers of rows that name no task are checked by; null: mathematics.</summary>
    [AllowedValues("math", "choice", "exact", "countdown", "knights-and-knaves", "json-schema", "instructions", "code", "safety")]
    public string? Task { get; init; }

    /// <summary>Regular expressions whose matches are removed from text, response, think and answer.</summary>
    public IReadOnlyList<string> Remove { get; init; } = [];

    /// <summary>At most so many rows, from the first; null: all.</summary>
    [Range(1, 100_000_000)]
    public int? Rows { get; init; }
}
