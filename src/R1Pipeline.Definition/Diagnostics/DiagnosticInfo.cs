namespace R1Pipeline.Definition.Diagnostics;

/// <summary>What <c>r1 explain</c> tells about one code.</summary>
/// <param name="Code"><c>R1xxx</c>.</param>
/// <param name="Title">The mistake in a few words.</param>
/// <param name="Explanation">Why it is refused and what to do.</param>
/// <param name="Wrong">An example that gives this diagnostic.</param>
/// <param name="Right">The same, put right.</param>
public sealed record DiagnosticInfo(string Code, string Title, string Explanation, string Wrong, string Right);
