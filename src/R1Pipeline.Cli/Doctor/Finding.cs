namespace R1Pipeline.Cli.Doctor;

/// <summary>One thing that <c>r1 doctor</c> looked at.</summary>
/// <param name="Name">What.</param>
/// <param name="Ok">Whether it is as needed; null: told, not judged.</param>
/// <param name="Detail">What was found.</param>
/// <param name="Remedy">How to get what is missing; null: nothing is.</param>
internal sealed record Finding(string Name, bool? Ok, string Detail, string? Remedy = null);
