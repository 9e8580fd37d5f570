using System.Text.RegularExpressions;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Pipelines;
using R1Pipeline.Contracts.Rewards;
using R1Pipeline.Definition.Binding;
using R1Pipeline.Definition.Diagnostics;

namespace R1Pipeline.Definition.Rules;

/// <summary>A stage's judge: one place where it runs, its key by the name of a variable, and a prompt that shows it what it judges.</summary>
internal sealed partial class JudgeRules(CompileContext context)
{
    /// <summary>Checks the stage's judge, where it has one.</summary>
    public void Check(BoundStage stage, BoundOptions options)
    {
        bool isLocal = stage.References.Any(reference => reference.Role == StageCatalog.JudgeRole);
        if (!options.Nested.TryGetValue("judge", out BoundOptions? bound))
        {
            if (isLocal && !options.Broken.Contains("judge")) context.Report(stage.Mark, DiagnosticCodes.NoEffect, $"'{StageCatalog.JudgeRole}' of {stage.Words} has no effect without 'judge'; accepted: 'with: {{ judge: {{ max-tokens: 1024 }} }}', or leave it out");
            return;
        }

        var (checks, judge) = (new OptionChecks(context, bound), (JudgeOptions)bound.Value);
        checks.Contradiction(judge.Endpoint is null && !isLocal, $"the judge has no place to run; accepted: 'endpoint: https://host/v1', or the input '{StageCatalog.JudgeRole}: STAGE' of the stage for the local engine", "endpoint");
        checks.Contradiction(judge.Endpoint is not null && isLocal, $"'endpoint' and the input '{StageCatalog.JudgeRole}' are two judges; accepted: one of them", "endpoint");
        checks.Contradiction(judge.Endpoint is { } endpoint && !IsAddress(endpoint), "'endpoint' is no address; accepted: http or https with a host and without user, password or query, as 'https://host/v1'", "endpoint");
        checks.Contradiction(judge.Endpoint is not null && string.IsNullOrWhiteSpace(judge.Model), "'endpoint' needs the name of the model that judges there; accepted: 'model: NAME'", "model", "endpoint");
        // What was given may be the key itself: it is not repeated.
        checks.Contradiction(judge.KeyEnv is { } name && !Variable().IsMatch(name), "'key-env' is no name of an environment variable; accepted: letters, digits and underscores. Never write the key itself into a file", "key-env");
        checks.NoEffect(isLocal, ["model", "key-env", "timeout-seconds", "retries", "retry-delay-seconds", "requests-per-minute", "concurrency"], $"on the local engine ('{StageCatalog.JudgeRole}')");
        if (judge.Prompt is not { } prompt) return;
        IReadOnlyList<string> missing = JudgeTexts.MissingIn(prompt, options.Value is RejectionSamplingOptions ? JudgeKind.Correctness : JudgeKind.Score);
        checks.Contradiction(missing.Count > 0, $"'prompt' does not show the judge {string.Join(", ", missing)}; accepted: a text with every one of these places", "prompt");
    }

    private static bool IsAddress(string endpoint) =>
        Uri.TryCreate(endpoint, UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https" && address is { UserInfo: "", Query: "", Fragment: "" } && address.Host.Length > 0;

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]*\z")]
    private static partial Regex Variable();
}
