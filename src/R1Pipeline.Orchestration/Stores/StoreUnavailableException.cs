namespace R1Pipeline.Orchestration.Stores;

/// <summary>
/// The store could not be read or written within its patience: the database server is gone, or another process keeps the lock. Nothing of the refused
/// call is in it; whoever works on a run stops and may resume it later.
/// </summary>
public sealed class StoreUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
