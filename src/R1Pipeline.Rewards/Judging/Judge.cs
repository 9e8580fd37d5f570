using Microsoft.Extensions.AI;
using Polly;
using Polly.CircuitBreaker;
using Polly.Timeout;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Rewards.Judging;

/// <summary>
/// Asks a language model for verdicts: what was judged before is taken from the file of judgements, what is new is paid for from the budget, in the order of the
/// questions, and asked through retries, limits and a circuit. A judgement that fails is an outcome; only an endpoint that refuses every question ends the caller.
/// Safe for several threads with an endpoint. A local client computes where it is asked: one question after the other, on one thread.
/// </summary>
public sealed class Judge : IDisposable
{
    private readonly JudgeOptions _options;
    private readonly IChatClient _client;
    private readonly string _model;
    private readonly Secret _secret;
    private readonly ResiliencePipeline<string> _pipeline;
    private readonly JudgementFile? _file;
    private readonly JudgeBudget _budget;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Task<JudgeReply>> _underWay = new(StringComparer.Ordinal);
    private long _numTries;
    private volatile StageFailedException? _refused;

    private Judge(JudgeOptions options, IChatClient client, string model, Secret secret, ResiliencePipeline<string> pipeline, string? path, IReadOnlyList<string> earlier)
    {
        (_options, _client, _model, _secret, _pipeline) = (options, client, model, secret, pipeline);
        _file = path is null ? null : new JudgementFile(path, earlier);
        _budget = new JudgeBudget(options, _file?.Count ?? 0, _file?.Tokens ?? 0);
    }

    /// <summary>A judge at <see cref="JudgeOptions.Endpoint"/>.</summary>
    /// <param name="options">Where and how.</param>
    /// <param name="environment">The value of an environment variable; null: it is not set.</param>
    /// <param name="path">File of the judgements; null: they are not kept, and equal texts are asked and paid for again.</param>
    /// <param name="earlier">Files of earlier attempts, the oldest first.</param>
    /// <exception cref="StageFailedException">UserData: the options do not fit together, or the key's variable is not set.</exception>
    public static Judge AtEndpoint(JudgeOptions options, Func<string, string?> environment, string? path = null, params IReadOnlyList<string> earlier)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(environment);
        if (options.Model is not { Length: > 0 } model) throw new StageFailedException(StageFailureClass.UserData, $"judge: which model of {options.Endpoint} is to judge? Name it");
        string? key = options.KeyEnv is null ? null : environment(options.KeyEnv);
        if (options.KeyEnv is not null && string.IsNullOrEmpty(key))
            throw new StageFailedException(StageFailureClass.UserData, $"judge: the environment variable {options.KeyEnv}, which is to hold the endpoint's key, is not set where r1 (or its daemon) was started");
        return new Judge(options, JudgeEndpoint.Open(options, key), model, new Secret(key), JudgePipeline.Of(options), path, earlier);
    }

    /// <summary>A judge on the local engine. Nothing is retried or limited but the budget: there is no network between.</summary>
    /// <param name="options">Tokens, temperature, budget and prompt.</param>
    /// <param name="client">The engine; the judge disposes it.</param>
    /// <param name="model">What tells the model from others, for the file of judgements.</param>
    /// <param name="path">File of the judgements; null: they are not kept.</param>
    /// <param name="earlier">Files of earlier attempts, the oldest first.</param>
    public static Judge Local(JudgeOptions options, IChatClient client, string model, string? path = null, params IReadOnlyList<string> earlier) =>
        new(options, client, model, new Secret(null), ResiliencePipeline<string>.Empty, path, earlier);

    /// <summary>Asks one question. What is paid for is decided before this returns: questions are to be asked in their order.</summary>
    /// <exception cref="StageFailedException">UserData: the endpoint refuses every question.</exception>
    public async Task<Judgement> AskAsync(JudgeQuestion question)
    {
        ArgumentNullException.ThrowIfNull(question);
        (JudgeReply? known, Task<JudgeReply>? asked) = Begin(question);
        JudgeReply reply = known ?? await asked!.ConfigureAwait(false);
        return reply.Text is { } text ? VerdictReader.Read(question.Kind, text) : Judgement.Failed(reply.Error!);
    }

    /// <summary>Asks all of them, as many at once as the options say, and waits: the answers, in the same order, lie on the disk then.</summary>
    /// <param name="questions">The questions.</param>
    /// <param name="progress">Told the number of tries that ended, and of judgements; null: nobody listens.</param>
    /// <exception cref="StageFailedException">UserData: the endpoint refuses every question.</exception>
    public IReadOnlyList<Judgement> AskAll(IEnumerable<JudgeQuestion> questions, Action<long>? progress = null)
    {
        long told = Interlocked.Read(ref _numTries);
        Task<Judgement>[] asked = [.. questions.Select(AskAsync)];
        foreach (Task<Judgement> one in asked)
        {
            while (!one.IsCompleted)
            {
                _ = Task.WaitAny([one], TimeSpan.FromSeconds(1));
                long tries = Interlocked.Read(ref _numTries);
                if (tries > told) progress?.Invoke(tries - told);
                told = tries;
            }

            progress?.Invoke(1);
        }

        _file?.Commit();
        return [.. asked.Select(one => one.GetAwaiter().GetResult())];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file?.Dispose();
        _client.Dispose();
    }

    private (JudgeReply? Known, Task<JudgeReply>? Asked) Begin(JudgeQuestion question)
    {
        string prompt = JudgePrompts.Render(question, _options.Prompt);
        string key = JudgementFile.KeyOf(_model, prompt, _options.Temperature, _options.MaxTokens, question.Repeat);
        int cost = _budget.CostOf(prompt);
        TaskCompletionSource<JudgeReply> answer;
        lock (_gate)
        {
            if (_underWay.TryGetValue(key, out Task<JudgeReply>? same)) return (null, same);
            if (_file?.Find(key) is { } kept) return (kept, null);
            if (_budget.Spend(cost) is { } refusal) return (new JudgeReply(null, refusal), null);
            answer = new TaskCompletionSource<JudgeReply>(TaskCreationOptions.RunContinuationsAsynchronously);
            _underWay.Add(key, answer.Task);
        }

        return (null, AnswerAsync(key, prompt, cost, question.Repeat, answer));
    }

    private async Task<JudgeReply> AnswerAsync(string key, string prompt, int cost, int repeat, TaskCompletionSource<JudgeReply> answer)
    {
        try
        {
            JudgeReply reply = await FetchAsync(prompt, repeat).ConfigureAwait(false);
            _file?.Add(key, cost, reply);
            answer.SetResult(reply);
            return reply;
        }
        catch (Exception e)
        {
            answer.SetException(e);
            _ = answer.Task.Exception; // whoever asked for the same text sees it there, nobody has to
            throw;
        }
        finally
        {
            lock (_gate) _underWay.Remove(key);
        }
    }

    private async Task<JudgeReply> FetchAsync(string prompt, int repeat)
    {
        try
        {
            string text = await _pipeline.ExecuteAsync(stop => TryAsync(prompt, repeat, stop)).ConfigureAwait(false);
            return new JudgeReply(_secret.Hide(text), null);
        }
        catch (JudgeFailureException e)
        {
            return new JudgeReply(null, e.Message);
        }
        catch (TimeoutRejectedException)
        {
            return new JudgeReply(null, $"the endpoint did not answer within {_options.TimeoutSeconds} s");
        }
        catch (BrokenCircuitException)
        {
            return new JudgeReply(null, "the endpoint is not asked for a while: nearly all requests failed");
        }
        catch (StageFailedException e)
        {
            _refused = e; // the questions that wait need not hear it from the endpoint
            throw;
        }
    }

    private async ValueTask<string> TryAsync(string prompt, int repeat, CancellationToken stop)
    {
        if (_refused is { } refused) throw refused;
        try
        {
            var options = new ChatOptions { Temperature = (float)_options.Temperature, MaxOutputTokens = _options.MaxTokens, Seed = _options.Temperature == 0 ? null : repeat };
            ChatResponse response = await _client.GetResponseAsync([new ChatMessage(ChatRole.User, prompt)], options, stop).ConfigureAwait(false);
            if (response.FinishReason == ChatFinishReason.Length) throw new JudgeFailureException($"the reply was cut off after {_options.MaxTokens} tokens (max-tokens)", isTransient: false);
            return response.Text.Length > 0 ? response.Text : throw new JudgeFailureException("the endpoint's answer has no text", isTransient: false);
        }
        catch (Exception) when (stop.IsCancellationRequested)
        {
            throw new OperationCanceledException(stop); // whatever the broken-off request threw: its time was over
        }
        catch (Exception e) when (e is not (StageFailedException or JudgeFailureException))
        {
            throw JudgeEndpoint.Failure(e, _options, _secret);
        }
        finally
        {
            Interlocked.Increment(ref _numTries);
        }
    }
}
