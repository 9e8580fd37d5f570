using Xunit.Sdk;
using Xunit.v3;

namespace R1Pipeline.EndToEnd.Tests.Harness;

/// <summary>The tests around the one-minute run, a third of the whole time one after the other, begin at once: begun last they would leave the other lane empty.</summary>
public sealed class LongestCollectionFirst : ITestCollectionOrderer
{
    /// <inheritdoc/>
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderByDescending(collection => collection.TestCollectionDisplayName == OneMinuteCollection.Name).ThenBy(collection => collection.UniqueID, StringComparer.Ordinal)];
}
