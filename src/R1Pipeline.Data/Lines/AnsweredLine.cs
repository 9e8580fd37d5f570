using System.Text.Json;
using System.Text.Json.Nodes;

namespace R1Pipeline.Data.Lines;

/// <summary>A line of a JSONL file and its answer.</summary>
/// <param name="Number">Its number in the file, from 1.</param>
/// <param name="Question">The line's object; null: it is none.</param>
/// <param name="Answer">The answer's object; null: not yet.</param>
/// <param name="Refused">Whether the answer is an error of the line.</param>
public sealed record AnsweredLine(int Number, JsonElement? Question, JsonObject? Answer, bool Refused);
