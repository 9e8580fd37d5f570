using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Training.Rollouts;

/// <summary>
/// Which alarms the figures of the last iterations raise: a pure function of committed step metrics, so that a resumed run raises the same. Limits and formulas
/// stand with <see cref="AlarmOptions"/>. Changes nothing.
/// </summary>
public static class RewardAlarms
{
    // Full format and language are what these parts are for.
    private static readonly HashSet<string> MeantToBeFull = ["format", "language"];

    /// <summary>The alarms of the newest iteration.</summary>
    /// <param name="iterations">Figures of the newest iterations, oldest first; no more than the window are looked at.</param>
    /// <param name="options">Limits.</param>
    /// <param name="numOutputs">Outputs of an iteration.</param>
    public static IReadOnlyList<RewardAlarm> Of(IReadOnlyList<IReadOnlyDictionary<string, double>> iterations, AlarmOptions options, int numOutputs)
    {
        ArgumentNullException.ThrowIfNull(iterations);
        ArgumentNullException.ThrowIfNull(options);
        var window = iterations.TakeLast(options.Window).ToList();
        int half = options.Window / 2;
        List<IReadOnlyDictionary<string, double>> recent = [.. window.TakeLast(half)], before = [.. window.SkipLast(half)];
        var alarms = new List<RewardAlarm>();
        if (window.Count == options.Window) AddChanges(alarms, before, recent, options);
        if (recent.Count == half) AddStates(alarms, recent, options);
        if (options.ErrorShare is { } limit)
        {
            foreach (string figure in Named(recent, RolloutFigures.ErrorOf))
            {
                double share = recent.Average(figures => figures.GetValueOrDefault(figure)) / numOutputs;
                if (share >= limit) alarms.Add(new RewardAlarm(RewardAlarm.Errors + figure[RolloutFigures.ErrorOf.Length..], share));
            }
        }

        return alarms;
    }

    private static void AddChanges(List<RewardAlarm> alarms, List<IReadOnlyDictionary<string, double>> before, List<IReadOnlyDictionary<string, double>> recent, AlarmOptions options)
    {
        double Rise(string figure) => Mean(recent, figure) - Mean(before, figure);
        bool measured = before.Concat(recent).Any(figures => figures.ContainsKey(RolloutFigures.HeldOutAccuracy));
        string accuracy = measured ? RolloutFigures.HeldOutAccuracy : RolloutFigures.Accuracy;

        // A mean over nothing is not a number, which passes no limit; accuracy that is full cannot rise.
        bool flat = Rise(accuracy) <= options.AccuracyRise && Mean(recent, accuracy) < 1 - options.AccuracyRise;
        if (Rise(RolloutFigures.Reward) >= options.RewardRise && flat)
            alarms.Add(new RewardAlarm(RewardAlarm.RewardWithoutAccuracy, Rise(RolloutFigures.Reward)));
        double growth = Mean(recent, RolloutFigures.ResponseTokens) / Mean(before, RolloutFigures.ResponseTokens);
        if (growth >= options.LengthGrowth) alarms.Add(new RewardAlarm(RewardAlarm.LengthRunaway, growth));
        if (Rise(RolloutFigures.RepeatedShare) >= options.RepetitionRise) alarms.Add(new RewardAlarm(RewardAlarm.RepetitionRunaway, Rise(RolloutFigures.RepeatedShare)));
    }

    private static void AddStates(List<RewardAlarm> alarms, List<IReadOnlyDictionary<string, double>> recent, AlarmOptions options)
    {
        foreach (string figure in Named(recent, RolloutFigures.ShareOf))
        {
            string part = figure[RolloutFigures.ShareOf.Length..];
            if (part != RolloutFigures.Accuracy && recent.Min(figures => figures.GetValueOrDefault(figure)) >= options.DominantShare)
                alarms.Add(new RewardAlarm(RewardAlarm.Dominant + part, Mean(recent, figure)));
        }

        foreach (string figure in Named(recent, RolloutFigures.SpreadOf))
        {
            string part = figure[RolloutFigures.SpreadOf.Length..];
            if (!MeantToBeFull.Contains(part) && recent.Max(figures => figures.GetValueOrDefault(figure, double.PositiveInfinity)) <= options.SaturatedSpread)
                alarms.Add(new RewardAlarm(RewardAlarm.Saturated + part, Mean(recent, figure)));
        }
    }

    private static double Mean(List<IReadOnlyDictionary<string, double>> iterations, string figure) =>
        iterations.Where(figures => figures.ContainsKey(figure)).Select(figures => figures[figure]).DefaultIfEmpty(double.NaN).Average();

    private static IEnumerable<string> Named(List<IReadOnlyDictionary<string, double>> iterations, string prefix) =>
        iterations.SelectMany(figures => figures.Keys).Where(key => key.StartsWith(prefix, StringComparison.Ordinal)).Distinct().Order(StringComparer.Ordinal);
}
