using System.Text.Json.Serialization;
using R1Pipeline.Contracts.Options;

namespace R1Pipeline.Contracts.Data;

/// <summary>A named source of rows: a local JSON Lines file or a generated task. Valid, with every default spelled out.</summary>
public sealed record DataSourceDefinition
{
    /// <summary>The name under <c>data:</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Absolute path of a JSON Lines file; null for a generated source.</summary>
    public string? Path { get; init; }

    /// <summary>
    /// Row field (see <see cref="DataRowFields"/>) → the JSON keys of the file that fill it; several keys are joined by a line break,
    /// empty values left out. A row field that is not listed is read from the key of its own name.
    /// </summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Fields { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>Language of every row that names none (<c>en</c>, <c>zh</c>); null: told from the prompt's script.</summary>
    public string? Language { get; init; }

    /// <summary>Task of every row that names none (<see cref="Rewards.TaskKinds"/>); null: mathematics.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Task { get; init; }

    /// <summary>Regular expressions whose matches are removed from <c>text</c>, <c>response</c>, <c>think</c> and <c>answer</c>.</summary>
    public IReadOnlyList<string> Remove { get; init; } = [];

    /// <summary>At most so many rows, from the first; null: all. Files only: a generated source has <see cref="AdditionOptions.Rows"/>.</summary>
    public int? Rows { get; init; }

    /// <summary>Options of the generated addition task; null for a file.</summary>
    public AdditionOptions? Addition { get; init; }

    /// <summary>Lower-case hex SHA-256 of the file's bytes, filled in when the run is planned; null for a generated source.</summary>
    public string? Sha256 { get; init; }
}
