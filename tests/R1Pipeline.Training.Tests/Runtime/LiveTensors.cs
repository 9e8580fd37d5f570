using static TorchSharp.torch;

namespace R1Pipeline.Training.Tests.Runtime;

/// <summary>Counts live tensors after the finalizers of what earlier tests dropped have run, so that two counts differ only by what happened between them.</summary>
internal static class LiveTensors
{
    public static long Count()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return Tensor.TotalCount;
    }
}
