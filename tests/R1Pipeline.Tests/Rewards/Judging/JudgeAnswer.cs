using System.Text.Json;

namespace R1Pipeline.Tests.Rewards.Judging;

/// <summary>What a <see cref="JudgeServer"/> answers.</summary>
internal sealed record JudgeAnswer(int Status, string Body)
{
    /// <summary>How long it takes.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>A further header, with its line end.</summary>
    public string Header { get; init; } = "";

    /// <summary>Bytes that are promised and not sent: the connection is reset instead.</summary>
    public int MissingBytes { get; init; }

    /// <summary>A completion with this text.</summary>
    public static JudgeAnswer Reply(string text, string finishReason = "stop") => new(200, JsonSerializer.Serialize(new
    {
        id = "chatcmpl-1",
        @object = "chat.completion",
        created = 1,
        model = "judge",
        choices = new[] { new { index = 0, finish_reason = finishReason, message = new { role = "assistant", content = text } } },
        usage = new { prompt_tokens = 1, completion_tokens = 1, total_tokens = 2 },
    }));

    /// <summary>A verdict of correctness.</summary>
    public static JudgeAnswer Correct(bool correct) => Reply(JsonSerializer.Serialize(new { analysis = "compared", correctness = correct ? "correct" : "incorrect" }));
}
