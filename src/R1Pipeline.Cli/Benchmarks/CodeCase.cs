using System.Text.Json.Nodes;

namespace R1Pipeline.Cli.Benchmarks;

/// <summary>A row to grade and what its grade must be.</summary>
/// <param name="Id">Its id in its file.</param>
/// <param name="Row">The row of <c>r1 grade code</c>.</param>
/// <param name="Complaint">What is wrong with a grade; null: nothing.</param>
internal sealed record CodeCase(string Id, JsonObject Row, Func<JsonObject, string?> Complaint);
