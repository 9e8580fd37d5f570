namespace R1Pipeline.Stages.Measurement;

/// <summary>One output as the report shows it.</summary>
internal sealed record ShownSample
{
    /// <summary>The stage whose model answered; empty while the shard does not know it.</summary>
    public string Model { get; init; } = "";

    /// <summary>The task.</summary>
    public string Task { get; init; } = "";

    /// <summary>Row id: <c>source:row</c>.</summary>
    public required string Question { get; init; }

    /// <summary>The rendered prompt.</summary>
    public required string Prompt { get; init; }

    /// <summary>The output text, without its end token.</summary>
    public required string Output { get; init; }

    /// <summary>The gold answer; null for a word task.</summary>
    public string? Gold { get; init; }

    /// <summary><c>stop</c> or <c>length</c>.</summary>
    public required string FinishReason { get; init; }

    /// <summary>Reward parts by name, each 0 to 1.</summary>
    public required IReadOnlyDictionary<string, double> Rewards { get; init; }
}
