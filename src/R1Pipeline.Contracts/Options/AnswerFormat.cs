namespace R1Pipeline.Contracts.Options;

/// <summary>The output format that the format reward asks for.</summary>
public enum AnswerFormat
{
    /// <summary><c>&lt;think&gt;…&lt;/think&gt; &lt;answer&gt;…&lt;/answer&gt;</c>, nothing before, between or after (r1-recipe.md 6; quickstart.md 5).</summary>
    ThinkAnswer,

    /// <summary><c>&lt;think&gt;…&lt;/think&gt;</c> first, then a non-empty summary; the result stands in <c>\boxed{}</c>.</summary>
    ThinkSummary,
}
