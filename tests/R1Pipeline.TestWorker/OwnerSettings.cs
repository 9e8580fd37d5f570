namespace R1Pipeline.TestWorker;

/// <summary>What a test wants of an owner process; the same shape stands in the tests that write it.</summary>
/// <param name="State">State folder.</param>
/// <param name="Database">Connection string of the database of its store; null: SQLite in the state folder.</param>
/// <param name="Slots">Folder of the slots.</param>
/// <param name="NumSlots">Slots of the node.</param>
/// <param name="LeaseSeconds">Silence after which a lease is lost.</param>
/// <param name="Priority">The run's priority.</param>
/// <param name="Preempt">Whether it asks for slots that others hold.</param>
/// <param name="Definition">The resolved definition, JSON.</param>
internal sealed record OwnerSettings(string State, string? Database, string Slots, int NumSlots, double LeaseSeconds, int Priority, bool Preempt, string Definition);
