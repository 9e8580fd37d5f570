using System.Text.Json;

namespace R1Pipeline.Tests.Rewards.Judging;

/// <summary>A request that a <see cref="JudgeServer"/> was sent.</summary>
internal sealed record JudgeCall(int Number, string Line, string? Authorization, JsonElement Body)
{
    /// <summary>The user's message, whether it is a text or a list of parts.</summary>
    public string Prompt
    {
        get
        {
            JsonElement messages = Body.GetProperty("messages");
            JsonElement content = messages[messages.GetArrayLength() - 1].GetProperty("content");
            return content.ValueKind == JsonValueKind.String ? content.GetString()! : string.Concat(content.EnumerateArray().Select(part => part.GetProperty("text").GetString()));
        }
    }
}
