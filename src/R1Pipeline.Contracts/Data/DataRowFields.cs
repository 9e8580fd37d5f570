namespace R1Pipeline.Contracts.Data;

/// <summary>The fields a data row can have, by the names used under <c>fields:</c> and in dataset artifacts.</summary>
public static class DataRowFields
{
    /// <summary>Row id; the line number stands in where it is missing.</summary>
    public const string Id = "id";

    /// <summary>Plain text to pretrain on.</summary>
    public const string Text = "text";

    /// <summary>The question: a string, or a list of {role, content}.</summary>
    public const string Prompt = "prompt";

    /// <summary>The whole answer of the assistant.</summary>
    public const string Response = "response";

    /// <summary>Chain of thought, where it is kept apart from the answer.</summary>
    public const string Think = "think";

    /// <summary>Final answer that goes with <see cref="Think"/>.</summary>
    public const string Answer = "answer";

    /// <summary>The verified result that the accuracy reward compares with.</summary>
    public const string Gold = "gold";

    /// <summary>The better response of a preference pair.</summary>
    public const string Chosen = "chosen";

    /// <summary>The worse response of a preference pair.</summary>
    public const string Rejected = "rejected";

    /// <summary>Whether the response is safe: <c>safe</c>, <c>true</c> or 1; <c>unsafe</c>, <c>false</c> or 0.</summary>
    public const string Label = "label";

    /// <summary>Target language, <c>en</c> or <c>zh</c>.</summary>
    public const string Language = "language";

    /// <summary>Words that a general answer must contain (list of strings).</summary>
    public const string Must = "must";

    /// <summary>Words that a general answer must not contain (list of strings).</summary>
    public const string MustNot = "must-not";

    /// <summary>What an answer is checked by: one of <see cref="Rewards.TaskKinds.All"/>, or <c>safety</c>; a row without it is mathematics.</summary>
    public const string Task = "task";

    /// <summary>All of them, in the order of this file.</summary>
    public static IReadOnlyList<string> All { get; } = [Id, Text, Prompt, Response, Think, Answer, Gold, Chosen, Rejected, Label, Language, Must, MustNot, Task];
}
