using Xunit.Sdk;
using Xunit.v3;

// Real processes compete for the machine's slots and cores: one test at a time.
[assembly: Parallelization(Mode = ParallelMode.None)]
