using System.CommandLine;
using R1Pipeline.Cli.Models;
using R1Pipeline.Cli.Output;
using R1Pipeline.Contracts.Models;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Rewards;
using R1Pipeline.Orchestration;

namespace R1Pipeline.Cli.Commands;

/// <summary><c>r1 grade judge</c>: has a language model judge a file of any size, at an endpoint or on the local engine. The worker does it.</summary>
internal static class GradeJudgeCommand
{
    private const int Most = 1_000_000_000;
    private static readonly JudgeOptions Defaults = new();

    public static Command Create()
    {
        Option<string?> input = LineFiles.Input("{id, prompt, gold, prediction}, {id, prompt, response} (score) or {id, prompt, a, b} (pairwise)");
        Option<string?> output = LineFiles.Output("JSONL with {id, correct | score | preference, …, reason} a line");
        var kind = new Option<JudgeKind>("--kind") { Description = "correctness (default): agrees with the gold? score: how good, 0 to 1? pairwise: which of two is better?", HelpName = "KIND" };
        var endpoint = new Option<string?>("--endpoint") { Description = "Endpoint that speaks OpenAI's chat completions, as https://host/v1.", HelpName = "URL" };
        var model = new Option<string?>("--model") { Description = "Name of the model at the endpoint.", HelpName = "NAME" };
        var keyEnv = new Option<string?>("--key-env") { Description = "Environment variable that holds the endpoint's key (default: it asks for none).", HelpName = "VARIABLE" };
        var local = new Option<string?>("--local") { Description = "Model folder that judges on the local engine, in place of an endpoint.", HelpName = "DIR" };
        var prompt = new Option<string?>("--prompt") { Description = "File with the judge's instructions in place of the built-in ones; {question} and the other texts stand in braces.", HelpName = "FILE" };
        var pairs = new Option<string?>("--pairs") { Description = "Pairwise: JSONL for the pairs that are kept, {id, prompt, chosen, rejected}, as reward-modeling reads them.", HelpName = "FILE" };
        var cache = new Option<string?>("--cache") { Description = "JSONL of the judgements, which only grows: no text in it is asked again. For one command at a time.", HelpName = "FILE" };
        Option<int> judgements = ModelOptions.Number("--judgements", "N", "Pairwise: judgements of a pair, half of them with the responses swapped (even)", 4, 2, 1024);
        Option<double> minGap = ModelOptions.Number("--min-gap", "X", "Pairwise: a pair is kept where the mean of -2 to 2 is further from 0 than this; else it is a draw", 1.0, 0, 2);
        Option<int> maxTokens = ModelOptions.Number("--max-tokens", "N", "Longest reply", Defaults.MaxTokens, 1, 1_048_576);
        Option<double> temperature = ModelOptions.Number("--temperature", "X", "Temperature of the judge", Defaults.Temperature, 0, 2);
        Option<double> timeout = ModelOptions.Number("--timeout-seconds", "S", "Time of one request", Defaults.TimeoutSeconds, 0.01, 300);
        Option<int> retries = ModelOptions.Number("--retries", "N", "Further tries after a timeout, a broken connection, 429 or 5xx", Defaults.Retries, 0, 100);
        Option<double> retryDelay = ModelOptions.Number("--retry-delay-seconds", "S", "Pause before the first retry, doubled before each further one", Defaults.RetryDelaySeconds, 0.001, 60);
        Option<int> perMinute = ModelOptions.Number("--requests-per-minute", "N", "Most requests a minute; 0: no limit", 0, 0, 1_000_000);
        Option<int> concurrency = ModelOptions.Number("--concurrency", "N", "Requests under way at once", Defaults.Concurrency, 1, 1024);
        Option<int> maxRequests = ModelOptions.Number("--max-requests", "N", "Most requests that may be made; 0: no limit", 0, 0, Most);
        Option<int> maxSpent = ModelOptions.Number("--max-spent-tokens", "N", "Most tokens that may be spent, counted before they are; 0: no limit", 0, 0, Most);
        Option<int> threads = ModelOptions.Threads();
        Option[] ofEndpoints = [model, keyEnv, timeout, retries, retryDelay, perMinute, concurrency], ofPairs = [pairs, judgements, minGap];

        var command = new Command("judge", "Have a language model judge what no rule can check: correctness, quality, preferences.")
        {
            input, output, kind, endpoint, model, keyEnv, local, prompt, maxTokens, temperature, timeout, retries, retryDelay, perMinute, concurrency, maxRequests, maxSpent, cache, judgements, minGap, pairs, threads,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(endpoint) is null == result.GetValue(local) is null) result.AddError("One of --endpoint and --local is needed.");
            if (result.GetValue(endpoint) is not null && result.GetValue(model) is null) result.AddError("--endpoint needs --model.");
            if (result.GetValue(endpoint) is not null && result.GetResult(threads) is { Implicit: false }) result.AddError("--threads goes with --local.");
            if (result.GetValue(kind) != JudgeKind.Pairwise) Refuse(ofPairs, "--kind pairwise");
            if (result.GetValue(local) is not null) Refuse(ofEndpoints, "--endpoint");
            if (result.GetValue(judgements) % 2 != 0) result.AddError("--judgements is even: each order of the responses is judged equally often.");

            void Refuse(Option[] options, string goesWith)
            {
                foreach (Option option in options.Where(option => result.GetResult(option) is { Implicit: false })) result.AddError($"{option.Name} goes with {goesWith}.");
            }
        });
        command.SetAction(parsed => ModelWorker.RunAsync(
            JudgeRequest.Argument,
            new JudgeRequest
            {
                Kind = parsed.GetValue(kind),
                Options = new JudgeOptions
                {
                    Endpoint = parsed.GetValue(endpoint),
                    Model = parsed.GetValue(model),
                    KeyEnv = parsed.GetValue(keyEnv),
                    Prompt = Prompt(parsed.GetValue(prompt), parsed.GetValue(kind)),
                    MaxTokens = parsed.GetValue(maxTokens),
                    Temperature = parsed.GetValue(temperature),
                    MaxRequests = OrNull(parsed.GetValue(maxRequests)),
                    MaxSpentTokens = OrNull(parsed.GetValue(maxSpent)),
                    TimeoutSeconds = parsed.GetValue(timeout),
                    Retries = parsed.GetValue(retries),
                    RetryDelaySeconds = parsed.GetValue(retryDelay),
                    RequestsPerMinute = OrNull(parsed.GetValue(perMinute)),
                    Concurrency = parsed.GetValue(concurrency),
                },
                Directory = parsed.GetValue(local),
                Input = LineFiles.Existing(parsed.GetValue(input)),
                Output = parsed.GetValue(output),
                Pairs = parsed.GetValue(pairs),
                Cache = parsed.GetValue(cache),
                Judgements = parsed.GetValue(judgements),
                MinGap = parsed.GetValue(minGap),
                Threads = parsed.GetValue(threads),
            },
            input: null));
        return command;
    }

    private static int? OrNull(int limit) => limit == 0 ? null : limit;

    private static string? Prompt(string? path, JudgeKind kind)
    {
        if (LineFiles.Existing(path) is not { } file) return null;
        string prompt = File.ReadAllText(file);
        IReadOnlyList<string> missing = JudgeTexts.MissingIn(prompt, kind);
        return missing.Count == 0 ? prompt : throw new RunRefusedException($"{path} does not show the judge {string.Join(", ", missing)}: put every one of these places into it", ExitCode.WrongInput);
    }
}
