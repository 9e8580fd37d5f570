using R1Pipeline.EndToEnd.Tests.Harness;
using Xunit.v3;

// Real processes, each test's with slots of its own: two lanes keep two cores busy while something waits for a process to start.
[assembly: Parallelization(MaxThreads = 2)]
[assembly: TestCollectionOrderer(typeof(LongestCollectionFirst))]
