namespace R1Pipeline.Contracts.Rewards;

/// <summary>What the answer to a row with a gold is checked by: the words of the row field <c>task</c>.</summary>
public static class TaskKinds
{
    /// <summary>Mathematical equality with the gold: the default.</summary>
    public const string Math = "math";

    /// <summary>The label of one choice; gold: the label (<c>B</c>).</summary>
    public const string Choice = "choice";

    /// <summary>The same text but for case, white space, punctuation at the ends and full-width forms; gold: the text, or a list of which any is right.</summary>
    public const string Exact = "exact";

    /// <summary>An expression over given numbers; gold: <c>{"numbers": [3, 5, 7], "target": 22}</c>.</summary>
    public const string Countdown = "countdown";

    /// <summary>Everybody's role; gold: <c>{"Ann": "knight", "Bob": "knave"}</c>.</summary>
    public const string KnightsAndKnaves = "knights-and-knaves";

    /// <summary>A JSON value that conforms to a schema; gold: the schema, without references to other documents.</summary>
    public const string JsonSchema = "json-schema";

    /// <summary>Instructions that a program can check; gold: <c>{"instruction_id_list": […], "kwargs": […]}</c> as IFEval has them.</summary>
    public const string Instructions = "instructions";

    /// <summary>A program that passes its tests in the sandbox; gold: <c>{"language": "python", "tests": […]}</c> and what else a row of <c>r1 grade code</c> has but id and completion.</summary>
    public const string Code = "code";

    /// <summary>No rule: a language model judges whether the answer agrees with the gold, in rejection sampling alone; gold: the reference answer, any text.</summary>
    public const string Judge = "judge";

    /// <summary>Not checked: the prompt belongs to the safety set, and its outputs are judged by the model that tells safe from unsafe ones. Such a row has no gold.</summary>
    public const string Safety = "safety";

    /// <summary>All that an answer can be checked by.</summary>
    public static IReadOnlyList<string> All { get; } = [Math, Choice, Exact, Countdown, KnightsAndKnaves, JsonSchema, Instructions, Code, Judge];
}
