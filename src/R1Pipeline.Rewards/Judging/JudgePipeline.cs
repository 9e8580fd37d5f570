using System.Threading.RateLimiting;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;
using R1Pipeline.Contracts.Options;

namespace R1Pipeline.Rewards.Judging;

/// <summary>
/// How an endpoint is asked, from the outside in: retries, a circuit that opens while nearly nothing succeeds, requests a minute, requests at once, time of one request.
/// Every try passes the limits again.
/// </summary>
internal static class JudgePipeline
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan OpenFor = TimeSpan.FromSeconds(15);

    /// <summary>The pipeline of these options.</summary>
    public static ResiliencePipeline<string> Of(JudgeOptions options)
    {
        var builder = new ResiliencePipelineBuilder<string>();
        var failures = new PredicateBuilder<string>().Handle<JudgeFailureException>(failure => failure.IsTransient).Handle<TimeoutRejectedException>();
        if (options.Retries > 0)
        {
            builder.AddRetry(new RetryStrategyOptions<string>
            {
                ShouldHandle = new PredicateBuilder<string>().Handle<JudgeFailureException>(failure => failure.IsTransient).Handle<TimeoutRejectedException>().Handle<BrokenCircuitException>(),
                MaxRetryAttempts = options.Retries,
                DelayGenerator = retry => ValueTask.FromResult<TimeSpan?>(Pause(options, retry)),
            });
        }

        builder.AddCircuitBreaker(new CircuitBreakerStrategyOptions<string> { ShouldHandle = failures, FailureRatio = 0.95, MinimumThroughput = 20, SamplingDuration = OpenFor, BreakDuration = OpenFor });
        if (options.RequestsPerMinute is { } perMinute)
        {
            builder.AddRateLimiter(new TokenBucketRateLimiter(new TokenBucketRateLimiterOptions
            {
                TokenLimit = 1,
                TokensPerPeriod = 1,
                ReplenishmentPeriod = TimeSpan.FromMinutes(1) / perMinute,
                QueueLimit = int.MaxValue,
            }));
        }

        return builder.AddConcurrencyLimiter(options.Concurrency, queueLimit: int.MaxValue).AddTimeout(TimeSpan.FromSeconds(options.TimeoutSeconds)).Build();
    }

    private static TimeSpan Pause(JudgeOptions options, RetryDelayGeneratorArguments<string> retry)
    {
        TimeSpan? asked = retry.Outcome.Exception switch
        {
            JudgeFailureException failure => failure.RetryAfter,
            BrokenCircuitException broken => broken.RetryAfter,
            _ => null,
        };
        TimeSpan pause = asked ?? TimeSpan.FromSeconds(options.RetryDelaySeconds * Math.Pow(2, Math.Min(retry.AttemptNumber, 16)));
        return pause < LongestPause ? pause : LongestPause;
    }
}
