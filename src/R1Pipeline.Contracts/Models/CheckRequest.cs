namespace R1Pipeline.Contracts.Models;

/// <summary>What <c>r1 model inspect --check</c> asks of the worker.</summary>
/// <param name="Directory">Model folder.</param>
public sealed record CheckRequest(string Directory)
{
    /// <summary>The argument that asks the worker for it, followed by this request as JSON.</summary>
    public const string Argument = "--model-check";
}
