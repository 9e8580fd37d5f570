using System.Runtime.InteropServices;
using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Training.Runtime;

/// <summary>Turns libtorch's allocation failures into the failure class that halves the micro-batch.</summary>
public static class MemoryGuard
{
    /// <summary>Runs one step.</summary>
    /// <exception cref="StageFailedException">OutOfMemory.</exception>
    public static void Run(Action step) => Run(() =>
    {
        step();
        return true;
    });

    /// <summary>Runs one piece of work that has a result.</summary>
    /// <exception cref="StageFailedException">OutOfMemory.</exception>
    public static T Run<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (ExternalException failure) when (NativeOutOfMemory.IsSaidBy(failure.Message))
        {
            string first = failure.Message.Split('\n', 2)[0];
            throw new StageFailedException(StageFailureClass.OutOfMemory, $"memory ran out: {first}. A smaller micro-batch or max-tokens needs less", failure);
        }
    }
}
