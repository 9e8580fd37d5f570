namespace R1Pipeline.Orchestration.Stores;

/// <summary>A lease of a run that is at work, not expired yet: its owner lives, or died less than a lease's lifetime ago.</summary>
/// <param name="Stage">Stage name.</param>
/// <param name="Owner">The owner as it named itself: machine and process id.</param>
/// <param name="Expires">When it ends unless it is renewed.</param>
public sealed record LiveLease(string Stage, string Owner, DateTimeOffset Expires);
