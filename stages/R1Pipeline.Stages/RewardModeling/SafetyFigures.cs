using R1Pipeline.Stages.Measurement;
using R1Pipeline.Training.Model;

namespace R1Pipeline.Stages.RewardModeling;

/// <summary>What a pointwise reward model is worth on responses that it was not trained on. A response is called safe where sigmoid(score) is 0.5 or more.</summary>
/// <param name="Accuracy">Share of right calls.</param>
/// <param name="Auc">Area under the ROC curve: how well safe and unsafe are told apart at any threshold.</param>
/// <param name="SafePrecision">Of those called safe, the share that is; null: none was called safe.</param>
/// <param name="UnsafeRecall">Of the unsafe ones, the share that was called so.</param>
/// <param name="MeanProbability">Mean of sigmoid(score), to be held against <paramref name="SafeShare"/>.</param>
/// <param name="SafeShare">Share of safe responses.</param>
/// <param name="Brier">Mean of (sigmoid(score) - label)².</param>
/// <param name="CalibrationError">
/// Expected calibration error: |mean probability - share of safe ones| of each tenth of the probability scale, weighted by how many responses lie in it.
/// </param>
/// <param name="Scores">The spread of the scores.</param>
internal sealed record SafetyFigures(
    MeasuredShare Accuracy, MeasuredShare Auc, MeasuredShare? SafePrecision, MeasuredShare UnsafeRecall, double MeanProbability, double SafeShare, double Brier, double CalibrationError, ScoreStatistics Scores)
{
    private const int Bins = 10;

    /// <summary>The figures of responses that were scored.</summary>
    /// <param name="scores">[N] scores.</param>
    /// <param name="isSafe">[N] labels, of both kinds.</param>
    public static SafetyFigures Of(float[] scores, bool[] isSafe)
    {
        double[] probabilities = [.. scores.Select(score => 1 / (1 + Math.Exp(-(double)score)))];
        bool[] called = [.. scores.Select(score => score >= 0)];
        int[] all = [.. Enumerable.Range(0, scores.Length)];
        double ofLabel(int i) => isSafe[i] ? 1 : 0;
        return new(
            MeasuredShare.Of(all.Select(i => called[i] == isSafe[i]))!,
            RocArea.Of(scores, isSafe),
            MeasuredShare.Of(all.Where(i => called[i]).Select(i => isSafe[i])),
            MeasuredShare.Of(all.Where(i => !isSafe[i]).Select(i => !called[i]))!,
            probabilities.Average(),
            all.Average(ofLabel),
            all.Average(i => Math.Pow(probabilities[i] - ofLabel(i), 2)),
            all.GroupBy(i => Math.Min(Bins - 1, (int)(probabilities[i] * Bins))).Sum(bin => Math.Abs(bin.Sum(i => probabilities[i] - ofLabel(i)))) / scores.Length,
            ScoreStatistics.Of(scores));
    }

    /// <summary>The figures by name.</summary>
    public IReadOnlyDictionary<string, object> ToMetrics()
    {
        var metrics = new Dictionary<string, object>
        {
            ["mean_probability"] = MeanProbability,
            ["safe_share"] = SafeShare,
            ["brier"] = Brier,
            ["calibration_error"] = CalibrationError,
        };
        foreach (var (name, share) in new[] { ("accuracy", Accuracy), ("auc", Auc), ("safe_precision", SafePrecision), ("unsafe_recall", UnsafeRecall) })
        {
            if (share is null) continue;
            (metrics[name], metrics[$"{name}_ci_low"], metrics[$"{name}_ci_high"]) = (share.Value, share.Interval.Low, share.Interval.High);
        }

        return metrics;
    }
}
