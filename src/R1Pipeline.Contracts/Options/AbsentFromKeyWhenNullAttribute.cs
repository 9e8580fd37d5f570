namespace R1Pipeline.Contracts.Options;

/// <summary>
/// Marks an option that a stage kind was given after results of it were stored: while it is null the stage computes what it always did, and its key is what it
/// always was, so those results are still taken over.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class AbsentFromKeyWhenNullAttribute : Attribute;
