using System.Globalization;

namespace R1Pipeline.Orchestration.Stores;

/// <summary>Times of the process that owns runs which tests shorten: <c>NAME=MILLISECONDS</c> among the faults in <see cref="OwnerKillPoint.Variable"/>.</summary>
internal static class ShortenedTime
{
    /// <summary>The time of that name; null: the variable does not name it.</summary>
    public static TimeSpan? Of(string? faults, string name) => (faults ?? "")
        .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Where(fault => fault.StartsWith($"{name}=", StringComparison.Ordinal))
        .Select(fault => (TimeSpan?)TimeSpan.FromMilliseconds(long.Parse(fault.AsSpan(name.Length + 1), CultureInfo.InvariantCulture)))
        .FirstOrDefault();
}
