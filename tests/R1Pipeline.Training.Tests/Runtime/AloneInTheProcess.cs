namespace R1Pipeline.Training.Tests.Runtime;

/// <summary>Tests that read process-wide counters run with nothing beside them.</summary>
[CollectionDefinition(nameof(AloneInTheProcess), DisableParallelization = true)]
public sealed class AloneInTheProcess;
