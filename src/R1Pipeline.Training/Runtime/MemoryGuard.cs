using System.Runtime.InteropServices;
using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Training.Runtime;

/// <summary>Turns libtorch's allocation failures into the failure class that halves the micro-batch. libtorch has no exception types: its text is matched.</summary>
public static class MemoryGuard
{
    private static readonly string[] Signs = ["DefaultCPUAllocator", "can't allocate memory", "CUDA out of memory"];

    /// <summary>Runs one step.</summary>
    /// <exception cref="StageFailedException">OutOfMemory.</exception>
    public static void Run(Action step)
    {
        try
        {
            step();
        }
        catch (ExternalException failure) when (Array.Exists(Signs, sign => failure.Message.Contains(sign, StringComparison.Ordinal)))
        {
            string first = failure.Message.Split('\n', 2)[0];
            throw new StageFailedException(StageFailureClass.OutOfMemory, $"memory ran out: {first}. A smaller micro-batch or max-tokens needs less", failure);
        }
    }
}
