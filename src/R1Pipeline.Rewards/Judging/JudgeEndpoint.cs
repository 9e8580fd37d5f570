using System.ClientModel;
using System.ClientModel.Primitives;
using Microsoft.Extensions.AI;
using OpenAI;
using OpenAI.Chat;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Rewards.Judging;

/// <summary>The client of an endpoint that speaks OpenAI's chat completions. It tries once: retries, pauses and limits are <see cref="JudgePipeline"/>'s.</summary>
internal static class JudgeEndpoint
{
    private const int MaxBodyBytes = 4 << 20;

    // The client does not send anything without a key; endpoints that ask for none ignore it.
    private const string NoKey = "none";

    /// <summary>Opens the client of <c>endpoint</c> and <c>model</c>.</summary>
    /// <param name="options">Where.</param>
    /// <param name="key">The key; null: the endpoint asks for none.</param>
    /// <exception cref="StageFailedException">UserData: the address is none, or the key is no header.</exception>
    public static IChatClient Open(JudgeOptions options, string? key)
    {
        if (!Uri.TryCreate(options.Endpoint, UriKind.Absolute, out Uri? address) || address.Scheme is not ("http" or "https"))
            throw new StageFailedException(StageFailureClass.UserData, $"judge: the endpoint '{options.Endpoint}' is no http or https address");
        if (key?.Any(c => c is <= ' ' or > '~') == true)
            throw new StageFailedException(StageFailureClass.UserData, $"judge: the key in the environment variable {options.KeyEnv} has characters that no key has, such as a space or a line break");
        var connection = new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(options.TimeoutSeconds) };
        // The time limit is the pipeline's: this one would be another answer to the same question.
        var http = new HttpClient(new BoundedBodyHandler(connection, MaxBodyBytes)) { Timeout = Timeout.InfiniteTimeSpan };
        return new ChatClient(options.Model, new ApiKeyCredential(key ?? NoKey), new OpenAIClientOptions
        {
            Endpoint = address,
            NetworkTimeout = Timeout.InfiniteTimeSpan,
            RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
            Transport = new HttpClientPipelineTransport(http),
        }).AsIChatClient();
    }

    /// <summary>What went wrong, as a failure of the judgement, without the key.</summary>
    /// <exception cref="StageFailedException">UserData: the endpoint refuses every question, not this one.</exception>
    public static JudgeFailureException Failure(Exception error, JudgeOptions options, Secret secret) => error switch
    {
        JudgeFailureException known => known,
        ClientResultException { Status: 401 or 403 or 404 } refused => throw new StageFailedException(
            StageFailureClass.UserData,
            $"judge: {options.Endpoint} refuses every question: {Said(refused, secret)}; check endpoint, model '{options.Model}' and the key in {options.KeyEnv ?? "key-env, which is not set"}"),
        ClientResultException { Status: > 0 } status => new JudgeFailureException($"the endpoint answers {Said(status, secret)}", status.Status is 408 or 425 or 429 or >= 500, RetryAfter(status)),
        _ when Chain(error).OfType<JudgeFailureException>().FirstOrDefault() is { } inner => inner,
        _ when Chain(error).Any(cause => cause is HttpRequestException or IOException) => new JudgeFailureException($"the connection to the endpoint failed: {secret.Hide(error.Message)}", isTransient: true),
        _ => new JudgeFailureException($"the endpoint's answer is no chat completion ({error.GetType().Name}: {secret.Hide(error.Message)})", isTransient: false),
    };

    // Hidden before it is cut: half of a key is no less a secret.
    private static string Said(ClientResultException error, Secret secret) => $"{error.Status} {VerdictReader.Shown(secret.Hide(error.Message))}";

    private static IEnumerable<Exception> Chain(Exception error)
    {
        for (Exception? cause = error; cause is not null; cause = cause.InnerException) yield return cause;
    }

    /// <summary>Seconds or a date.</summary>
    private static TimeSpan? RetryAfter(ClientResultException error)
    {
        if (error.GetRawResponse()?.Headers.TryGetValue("Retry-After", out string? text) != true) return null;
        if (int.TryParse(text, out int seconds)) return seconds < 0 ? null : TimeSpan.FromSeconds(seconds);
        return DateTimeOffset.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out DateTimeOffset date) && date > TimeProvider.System.GetUtcNow() ? date - TimeProvider.System.GetUtcNow() : null;
    }
}
