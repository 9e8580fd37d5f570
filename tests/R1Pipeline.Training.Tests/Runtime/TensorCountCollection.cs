namespace R1Pipeline.Training.Tests.Runtime;

/// <summary>Tests that count live tensors: the count is the process's, so nothing else may run beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class TensorCountCollection
{
    public const string Name = "tensor count";
}
