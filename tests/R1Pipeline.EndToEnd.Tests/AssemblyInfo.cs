using R1Pipeline.EndToEnd.Tests.Harness;
using Xunit.v3;

// Real processes, each test's with slots of its own: three lanes keep two cores busy while some wait for a process to start, or for a pause to be over.
[assembly: Parallelization(MaxThreads = 3)]
[assembly: TestCollectionOrderer(typeof(LongestCollectionFirst))]
