namespace R1Pipeline.Rewards.Code;

/// <summary>One test of a program.</summary>
public abstract record CodeTest;

/// <summary>Gives a text and expects one.</summary>
public sealed record StreamTest(string Input, string Output) : CodeTest;

/// <summary>Python statements that assert.</summary>
public sealed record AssertTest(string Program) : CodeTest;

/// <summary>Calls a function of the program, in any language, and expects a value.</summary>
/// <param name="Function">Its name; <c>CLASS.METHOD</c> for a method of a class that is made without arguments.</param>
/// <param name="Arguments">JSON array of its arguments.</param>
/// <param name="Expected">JSON of what it returns.</param>
public sealed record CallTest(string Function, string Arguments, string Expected) : CodeTest;
