namespace R1Pipeline.Training.Tests.Stages;

/// <summary>All tests that start from the tiny base: one after another, with one base.</summary>
[CollectionDefinition(Name)]
public sealed class StagesCollection : ICollectionFixture<TinyBase>
{
    public const string Name = "stages";
}
