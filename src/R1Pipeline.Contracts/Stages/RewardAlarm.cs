namespace R1Pipeline.Contracts.Stages;

/// <summary>A sign that a reward may be fooled (<see cref="Options.AlarmOptions"/>). In the figures of a step it stands as <c>alarm-NAME</c>, only while it is raised; the value is what passed its limit.</summary>
/// <param name="Name">Its name; of those about one part, with the part: <c>saturated-model</c>.</param>
/// <param name="Value">What passed the limit.</param>
public sealed record RewardAlarm(string Name, double Value)
{
    /// <summary>What every alarm's figure begins with.</summary>
    public const string Prefix = "alarm-";

    /// <summary>The reward rises and accuracy does not.</summary>
    public const string RewardWithoutAccuracy = "reward-without-accuracy";

    /// <summary>Outputs grow fast.</summary>
    public const string LengthRunaway = "length-runaway";

    /// <summary>Outputs repeat themselves more and more.</summary>
    public const string RepetitionRunaway = "repetition-runaway";

    /// <summary>One part decides the reward; the part follows.</summary>
    public const string Dominant = "dominant-";

    /// <summary>A part is the same for all outputs; the part follows.</summary>
    public const string Saturated = "saturated-";

    /// <summary>A part fails often; the part follows.</summary>
    public const string Errors = "errors-";

    /// <summary>Name of its figure.</summary>
    public string Figure => Prefix + Name;

    /// <summary>The alarms among the figures of a step, by name.</summary>
    public static IEnumerable<RewardAlarm> Among(IReadOnlyDictionary<string, double> figures) => figures
        .Where(figure => figure.Key.StartsWith(Prefix, StringComparison.Ordinal))
        .Select(figure => new RewardAlarm(figure.Key[Prefix.Length..], figure.Value))
        .OrderBy(alarm => alarm.Name, StringComparer.Ordinal);

    /// <summary>What it means, for people.</summary>
    public string Explain() => Name switch
    {
        RewardWithoutAccuracy => "the reward rises and accuracy does not: something else than right answers is rewarded",
        LengthRunaway => "outputs grow fast: length may be what is rewarded",
        RepetitionRunaway => "outputs repeat themselves more and more",
        _ when Part(Dominant) is { } part => $"the part {part} alone decides which output is better",
        _ when Part(Saturated) is { } part => $"the part {part} is the same for all outputs of a question: it tells them apart no more",
        _ when Part(Errors) is { } part => $"the part {part} fails often: those outputs train nothing",
        _ => "an alarm that this version does not know",
    };

    private string? Part(string kind) => Name.StartsWith(kind, StringComparison.Ordinal) ? Name[kind.Length..] : null;
}
