using System.Reflection;
using System.Runtime.InteropServices;
using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.StageHost;

/// <summary>Where an artifact came from: <c>provenance.json</c> beside it, no part of its hash. Of equal artifacts the first one's is kept.</summary>
/// <param name="Run">Run id.</param>
/// <param name="Stage">Stage name.</param>
/// <param name="Uses">Stage kind.</param>
/// <param name="Key">Stage key.</param>
/// <param name="Attempt">Attempt number.</param>
/// <param name="Parents">Input artifacts: role, name and hash.</param>
/// <param name="Code">Version of the worker.</param>
/// <param name="Threads">CPU threads that it was computed with.</param>
/// <param name="Device">Device and type of the models that it was computed with, <c>cuda:0 BFloat16</c>; null: none.</param>
/// <param name="Platform">Operating system and processor architecture.</param>
/// <param name="CommittedAt">When.</param>
internal sealed record Provenance(
    string Run, string Stage, string Uses, string Key, int Attempt, IReadOnlyList<string> Parents, string Code, int Threads, string? Device, string Platform, DateTimeOffset CommittedAt)
{
    public static Provenance Of(StageRequest request, int threads, string? device) => new(
        request.Run,
        request.Stage,
        request.Uses,
        request.Key,
        request.Attempt,
        [.. request.Artifacts.Select(input => $"{input.Role}/{input.Name} {input.Artifact.Sha256}")],
        typeof(Provenance).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown",
        threads,
        device,
        $"{RuntimeInformation.OSDescription} {RuntimeInformation.ProcessArchitecture}",
        TimeProvider.System.GetUtcNow());
}
