namespace R1Pipeline.EndToEnd.Tests.Harness;

/// <summary>The test classes that share one undisturbed run of <c>pipelines/one-minute.yaml</c> and its base.</summary>
[CollectionDefinition(Name)]
public sealed class OneMinuteCollection : ICollectionFixture<OneMinute>
{
    public const string Name = "one-minute";
}
