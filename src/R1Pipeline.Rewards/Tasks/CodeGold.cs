using System.Text.Json;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Rewards.Grading;

namespace R1Pipeline.Rewards.Tasks;

/// <summary>The gold of a code task: language, tests and limits, as a row of <c>r1 grade code</c> has them.</summary>
/// <param name="Language">The language's name.</param>
/// <param name="Row">All of it.</param>
public sealed record CodeGold(string Language, JsonElement Row)
{
    // Any code will do to see whether the rest can be read.
    private const string SomeCode = "```\n0\n```";

    /// <summary>Reads a gold; null where it is none.</summary>
    public static CodeGold? Read(string gold)
    {
        try
        {
            return VerifiableTasks.Json(gold) is { ValueKind: JsonValueKind.Object } row && CodeRows.Read(row, SomeCode) is { Tests.Count: > 0 } task ? new CodeGold(task.Language, row) : null;
        }
        catch (StageFailedException)
        {
            return null;
        }
    }
}
