namespace R1Pipeline.Tests.Rewards.Code;

/// <summary>What measures the memory of its whole process runs while no other test does.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public static class AloneCollection
{
    public const string Name = "alone";
}
