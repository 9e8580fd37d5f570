namespace R1Pipeline.Data.Chat;

/// <summary>One turn of a conversation.</summary>
/// <param name="Role"><c>system</c>, <c>user</c> or <c>assistant</c>.</param>
/// <param name="Content">Its text, without chat tokens.</param>
public sealed record ChatMessage(string Role, string Content);
