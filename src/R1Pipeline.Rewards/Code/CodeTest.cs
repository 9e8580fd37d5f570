namespace R1Pipeline.Rewards.Code;

/// <summary>One test of a program.</summary>
public abstract record CodeTest;

/// <summary>Gives a text and expects one.</summary>
public sealed record StreamTest(string Input, string Output) : CodeTest;

/// <summary>Python statements that assert.</summary>
public sealed record AssertTest(string Program) : CodeTest;
