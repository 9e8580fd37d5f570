using System.ComponentModel.DataAnnotations;

namespace R1Pipeline.Contracts.Options;

/// <summary>
/// A language model as a judge of what no rule can check (r1-recipe.md 5.4): at an endpoint that speaks OpenAI's chat completions, or the stage's
/// <c>judge-model</c> on the local engine. A judgement that fails is an error of that output, never a zero.
/// </summary>
public sealed record JudgeOptions
{
    /// <summary>Base address of the endpoint, as <c>https://host/v1</c>; null: the stage's <c>judge-model</c> judges on the local engine.</summary>
    [OutsideKey]
    public string? Endpoint { get; init; }

    /// <summary>Name of the model at the endpoint; null with <c>judge-model</c>.</summary>
    public string? Model { get; init; }

    /// <summary>Name of the environment variable that holds the endpoint's key, never the key itself; null: the endpoint asks for none. The worker gets this variable, and no file ever does.</summary>
    [OutsideKey]
    public string? KeyEnv { get; init; }

    /// <summary>The judge's instructions in place of the built-in ones, with a place for each text: <c>{question}</c>, <c>{candidate}</c>, and where there is one <c>{reference}</c>; null: built-in.</summary>
    public string? Prompt { get; init; }

    /// <summary>Longest reply in tokens; one that is cut off has no verdict.</summary>
    [Range(1, 1_048_576)]
    public int MaxTokens { get; init; } = 1024;

    /// <summary>Temperature of the judge; 0 is greedy.</summary>
    [Range(0.0, 2.0)]
    public double Temperature { get; init; }

    /// <summary>Most different texts that the stage may have judged; the ones beyond it fail, in the order of the outputs. null: no limit.</summary>
    [Range(1, 1_000_000_000)]
    public int? MaxRequests { get; init; }

    /// <summary>
    /// Most tokens that the stage may spend; a text counts before it is asked, as <c>max-tokens</c> and one token for every three bytes of the prompt, so that speed
    /// does not decide which ones fail. null: no limit.
    /// </summary>
    [Range(1, 2_000_000_000)]
    public int? MaxSpentTokens { get; init; }

    /// <summary>Seconds after which one request is given up.</summary>
    [Range(0.01, 300.0), OutsideKey]
    public double TimeoutSeconds { get; init; } = 60;

    /// <summary>Further tries after a timeout, a broken connection, 408, 425, 429 or 5xx. What the endpoint says in <c>Retry-After</c> is waited for, a minute at most.</summary>
    [Range(0, 100), OutsideKey]
    public int Retries { get; init; } = 5;

    /// <summary>Seconds before the first retry, doubled before each further one, a minute at most.</summary>
    [Range(0.001, 60.0), OutsideKey]
    public double RetryDelaySeconds { get; init; } = 1;

    /// <summary>Most requests a minute, evenly spread; null: no limit.</summary>
    [Range(1, 1_000_000), OutsideKey]
    public int? RequestsPerMinute { get; init; }

    /// <summary>Requests that are under way at once; the local engine answers one after the other.</summary>
    [Range(1, 1024), OutsideKey]
    public int Concurrency { get; init; } = 8;
}
