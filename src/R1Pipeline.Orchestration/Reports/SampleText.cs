namespace R1Pipeline.Orchestration.Reports;

/// <summary>The line of rewards above a sampled output.</summary>
internal static class SampleText
{
    /// <summary><c>reward 2.500 (accuracy 1.000, format 1.000, language .500) · ended by length</c>; empty when nothing is known.</summary>
    public static string Grades(SampleOutput sample)
    {
        var pieces = new List<string>();
        string parts = string.Join(", ", sample.Parts.Select(part => $"{part.Key} {Figures.Share(part.Value)}"));
        if (sample.Total is { } total) pieces.Add($"reward {Figures.Share(total)}{(parts.Length > 0 ? $" ({parts})" : "")}");
        else if (parts.Length > 0) pieces.Add(parts);
        if (sample.FinishReason is { } reason) pieces.Add("ended by " + reason);
        return string.Join(" · ", pieces);
    }
}
