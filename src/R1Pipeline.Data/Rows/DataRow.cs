using R1Pipeline.Contracts.Rewards;
using R1Pipeline.Data.Chat;

namespace R1Pipeline.Data.Rows;

/// <summary>One row of a data source, whatever it came from. A field that the row does not have, or has empty, is null; only <see cref="Chosen"/> and <see cref="Rejected"/> can be an empty text.</summary>
public sealed record DataRow
{
    /// <summary>Name of the source or of the stage that made the dataset.</summary>
    public required string Source { get; init; }

    /// <summary>Line of the file, or number of the generated row; from 1.</summary>
    public required int Line { get; init; }

    /// <summary>The row's own id; its line number where it has none.</summary>
    public required string Id { get; init; }

    /// <summary>Plain text to pretrain on.</summary>
    public string? Text { get; init; }

    /// <summary>The conversation up to the answer; ends with a user message.</summary>
    public IReadOnlyList<ChatMessage>? Prompt { get; init; }

    /// <summary>The whole answer of the assistant, without the end-of-turn token.</summary>
    public string? Response { get; init; }

    /// <summary>Chain of thought, where it is kept apart from the answer.</summary>
    public string? Think { get; init; }

    /// <summary>Final answer that goes with <see cref="Think"/>.</summary>
    public string? Answer { get; init; }

    /// <summary>Verified result; for tasks whose gold is no text, its JSON.</summary>
    public string? Gold { get; init; }

    /// <summary>The better response of a pair.</summary>
    public string? Chosen { get; init; }

    /// <summary>The worse response of a pair.</summary>
    public string? Rejected { get; init; }

    /// <summary>Whether the response is safe; null where nobody said so.</summary>
    public bool? IsSafe { get; init; }

    /// <summary>Target language, <c>en</c> or <c>zh</c>: the row's, else the source's, else told from the script of the prompt (or text).</summary>
    public required string Language { get; init; }

    /// <summary>Words that a general answer must contain; null where the row names none.</summary>
    public IReadOnlyList<string>? Must { get; init; }

    /// <summary>Words that a general answer must not contain; null where the row names none.</summary>
    public IReadOnlyList<string>? MustNot { get; init; }

    /// <summary>What the answer is checked by: the row's, else the source's, else mathematics.</summary>
    public string Task { get; init; } = TaskKinds.Math;

    /// <summary>Whether the answer can be verified: reasoning prompts have a gold answer, general ones do not.</summary>
    public bool IsReasoning => Gold is not null;

    /// <summary>Whether the prompt belongs to the safety set.</summary>
    public bool IsSafety => Task == TaskKinds.Safety;

    /// <summary><c>source:id</c>, as rollouts and refusals name the row.</summary>
    public string Key => $"{Source}:{Id}";
}
