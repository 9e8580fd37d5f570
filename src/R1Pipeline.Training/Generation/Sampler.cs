using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Training.Generation;

/// <summary>
/// Draws one token from one row of logits: repetition penalty, temperature, top-k, top-p, min-p, then the inverse of the cumulative distribution at a given uniform,
/// so that the token is a function of the logits and that number alone. Reports log-probability and entropy of the full softmax at temperature 1,
/// whatever the options: that is what a policy gradient needs. Holds buffers for one vocabulary; not for two threads at once.
/// Refuses logits that are not numbers.
/// </summary>
/// <remarks>
/// Order: the penalty on every token of the context, temperature, the k most likely (and those as likely as the k-th), then of their softmax the smallest set whose mass is at least p
/// (at least one token; of equal ones the lower id), then those that are at least min-p times as likely as the likeliest. Vectors are 256 bits wide by construction, so the order of the sums does not depend on the machine.
/// </remarks>
public sealed class Sampler
{
    private const int Block = 512;

    private readonly SamplingOptions _options;
    private readonly TopCandidates? _candidates;
    private readonly float[] _mass;
    private readonly double[] _blockMass;
    private readonly float[]? _penalized;

    /// <summary>A sampler for rows of <paramref name="vocabulary"/> logits.</summary>
    public Sampler(SamplingOptions options, int vocabulary)
    {
        _options = options;
        _mass = new float[vocabulary];
        _blockMass = new double[(vocabulary + Block - 1) / Block];
        bool truncates = options.Temperature > 0 && ((options.TopK > 0 && options.TopK < vocabulary) || options.TopP < 1 || options.MinP > 0);
        _penalized = options.RepetitionPenalty != 1 ? new float[vocabulary] : null;
        _candidates = truncates ? new TopCandidates(vocabulary) : null;
    }

    /// <summary>Draws a token.</summary>
    /// <param name="logits">Untempered logits of the whole vocabulary. [V]</param>
    /// <param name="uniform">A number in [0, 1); greedy decoding does not use it.</param>
    /// <param name="context">The distinct tokens before, for the repetition penalty; null: none.</param>
    /// <exception cref="StageFailedException">NumericGuard: a logit is NaN or infinite.</exception>
    public TokenDraw Draw(ReadOnlySpan<float> logits, double uniform, IReadOnlySet<int>? context = null)
    {
        float max = Max(logits);
        double mass = Exponentials(logits, max, 1, out double meanDistance);
        if (!double.IsFinite(mass) || !float.IsFinite(max))
            throw new StageFailedException(StageFailureClass.NumericGuard, "generation: the model's logits are not finite; its weights are damaged or have diverged");
        int id = context is null || _penalized is null ? Choose(logits, max, mass, uniform) : ChoosePenalized(logits, context, uniform);
        double logMass = Math.Log(mass);
        return new TokenDraw(id, (float)(logits[id] - max - logMass), (float)Math.Max(0, logMass + meanDistance));
    }

    /// <summary>The distribution that <see cref="Draw"/> draws from. [V]</summary>
    internal float[] Probabilities(ReadOnlySpan<float> logits, IReadOnlySet<int>? context = null)
    {
        if (context is not null && _penalized is not null) logits = Penalize(logits, context);
        float[] probabilities = new float[logits.Length];
        float max = Max(logits);
        if (_options.Temperature == 0)
        {
            probabilities[logits.IndexOf(max)] = 1;
            return probabilities;
        }
        double mass = Exponentials(logits, max, (float)(1 / _options.Temperature), out _);
        if (_candidates is null)
        {
            for (int i = 0; i < probabilities.Length; i++) probabilities[i] = (float)(_mass[i] / mass);
            return probabilities;
        }
        mass = _candidates.Select(logits, _mass, mass, _options);
        foreach (int id in _candidates.Ids) probabilities[id] = (float)(_mass[id] / mass);
        return probabilities;
    }

    private int Choose(ReadOnlySpan<float> logits, float max, double mass, double uniform)
    {
        if (_options.Temperature == 0) return logits.IndexOf(max);
        if (_options.Temperature != 1) mass = Exponentials(logits, max, (float)(1 / _options.Temperature), out _);
        if (_candidates is null) return Invert(uniform * mass, logits.Length);
        mass = _candidates.Select(logits, _mass, mass, _options);
        return _candidates.Invert(_mass, uniform * mass);
    }

    private int ChoosePenalized(ReadOnlySpan<float> logits, IReadOnlySet<int> context, double uniform)
    {
        ReadOnlySpan<float> penalized = Penalize(logits, context);
        float max = Max(penalized);
        return Choose(penalized, max, Exponentials(penalized, max, 1, out _), uniform);
    }

    private ReadOnlySpan<float> Penalize(ReadOnlySpan<float> logits, IReadOnlySet<int> context)
    {
        logits.CopyTo(_penalized);
        float penalty = (float)_options.RepetitionPenalty;
        foreach (int id in context) _penalized![id] = logits[id] > 0 ? logits[id] / penalty : logits[id] * penalty;
        return _penalized;
    }

    /// <summary>The first token at which the cumulative mass passes <paramref name="target"/>; rounding at the very end falls to the last token that has mass.</summary>
    private int Invert(double target, int vocabulary)
    {
        int block = 0;
        while (block < _blockMass.Length - 1 && target >= _blockMass[block]) target -= _blockMass[block++];
        int last = -1;
        for (int i = block * Block; i < vocabulary; i++)
        {
            if (_mass[i] <= 0) continue;
            if (target < _mass[i]) return i;
            target -= _mass[i];
            last = i;
        }
        return last >= 0 ? last : Array.FindLastIndex(_mass, mass => mass > 0);
    }

    /// <summary>Fills the masses exp((logit - max) · inverse temperature), returns their sum, and the mean of (max - logit) · inverse temperature under them.</summary>
    private double Exponentials(ReadOnlySpan<float> logits, float max, float inverseTemperature, out double meanDistance)
    {
        double total = 0, distance = 0;
        for (int block = 0; block < _blockMass.Length; block++)
        {
            int start = block * Block, length = Math.Min(Block, logits.Length - start);
            ReadOnlySpan<float> from = logits.Slice(start, length);
            Span<float> to = _mass.AsSpan(start, length);
            (float blockMass, float blockDistance) = Exponentials(from, to, max, inverseTemperature);
            _blockMass[block] = blockMass;
            total += blockMass;
            distance += blockDistance;
        }
        meanDistance = distance / total;
        return total;
    }

    private static (float Mass, float Distance) Exponentials(ReadOnlySpan<float> logits, Span<float> masses, float max, float inverseTemperature)
    {
        var (sums, distances, shift, scale) = (Vector256<float>.Zero, Vector256<float>.Zero, Vector256.Create(max), Vector256.Create(inverseTemperature));
        ReadOnlySpan<Vector256<float>> wide = MemoryMarshal.Cast<float, Vector256<float>>(logits);
        Span<Vector256<float>> wideMasses = MemoryMarshal.Cast<float, Vector256<float>>(masses);
        for (int i = 0; i < wide.Length; i++)
        {
            Vector256<float> z = (wide[i] - shift) * scale;
            Vector256<float> mass = Vector256.Exp(z);
            wideMasses[i] = mass;
            sums += mass;
            // A logit of -infinity has mass 0; its product with the distance would be NaN.
            distances -= Vector256.ConditionalSelect(Vector256.Equals(mass, Vector256<float>.Zero), Vector256<float>.Zero, mass * z);
        }
        float total = Vector256.Sum(sums), distance = Vector256.Sum(distances);
        for (int i = wide.Length * Vector256<float>.Count; i < logits.Length; i++)
        {
            float z = (logits[i] - max) * inverseTemperature;
            float mass = MathF.Exp(z);
            masses[i] = mass;
            total += mass;
            if (mass != 0) distance -= mass * z;
        }
        return (total, distance);
    }

    private static float Max(ReadOnlySpan<float> logits)
    {
        float max = float.NegativeInfinity;
        ReadOnlySpan<Vector256<float>> wide = MemoryMarshal.Cast<float, Vector256<float>>(logits);
        if (wide.Length > 0)
        {
            Vector256<float> largest = wide[0];
            for (int i = 1; i < wide.Length; i++) largest = Vector256.Max(largest, wide[i]);
            for (int lane = 0; lane < Vector256<float>.Count; lane++) max = MathF.Max(max, largest[lane]);
        }
        for (int i = wide.Length * Vector256<float>.Count; i < logits.Length; i++) max = MathF.Max(max, logits[i]);
        return max;
    }
}
