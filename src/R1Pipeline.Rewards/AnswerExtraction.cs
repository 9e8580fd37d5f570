namespace R1Pipeline.Rewards;

/// <summary>Where an output's answer stands. Linear scans; nothing is ever repaired.</summary>
public static class AnswerExtraction
{
    /// <summary>The text between the first <c>&lt;answer&gt;</c> and the following <c>&lt;/answer&gt;</c>; null when there is none.</summary>
    public static string? AnswerBlock(string text) => throw new NotSupportedException(text);

    /// <summary>Content of the last <c>\boxed{}</c> with balanced braces; null when there is none.</summary>
    public static string? LastBoxed(string text) => throw new NotSupportedException(text);

    /// <summary>The answer that counts: the answer block (a box inside it wins), else, in an output without answer tags, the last box after the chain of thought.</summary>
    public static string? Strict(string text) => throw new NotSupportedException(text);

    /// <summary>The last number anywhere in the output, spaced digits being one number; null when there is none.</summary>
    public static string? LastNumber(string text) => throw new NotSupportedException(text);
}
