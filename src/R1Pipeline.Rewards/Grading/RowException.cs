namespace R1Pipeline.Rewards.Grading;

/// <summary>A row cannot be graded; the message names the field and what it should hold.</summary>
public sealed class RowException(string message) : Exception(message);
