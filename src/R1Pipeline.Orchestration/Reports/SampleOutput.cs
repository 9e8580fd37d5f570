namespace R1Pipeline.Orchestration.Reports;

/// <summary>One sampled output with its rewards or grades, as text.</summary>
public sealed record SampleOutput
{
    /// <summary>Where it comes from: iteration and question, or model and task.</summary>
    public required string Origin { get; init; }

    /// <summary>The rendered prompt.</summary>
    public required string Prompt { get; init; }

    /// <summary>The output, special tokens included.</summary>
    public required string Output { get; init; }

    /// <summary>Named reward parts or grades.</summary>
    public IReadOnlyDictionary<string, double> Parts { get; init; } = new Dictionary<string, double>();

    /// <summary>The reward that trained; null for an output that was only measured.</summary>
    public double? Total { get; init; }

    /// <summary><c>stop</c> or <c>length</c>; null: not known.</summary>
    public string? FinishReason { get; init; }
}
