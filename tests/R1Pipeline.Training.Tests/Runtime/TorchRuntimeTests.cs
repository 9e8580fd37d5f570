using R1Pipeline.Training.Runtime;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Tests.Runtime;

/// <summary>Start-up: once, with one thread count.</summary>
public sealed class TorchRuntimeTests
{
    [Fact]
    public void Initialize_Again_IsANoOp()
    {
        TorchRuntime.Initialize(1);
        TorchRuntime.Initialize(1);
        Assert.Equal(1, get_num_threads());
    }

    [Fact]
    public void Initialize_OtherThreadCount_IsRefused() => Assert.Throws<InvalidOperationException>(() => TorchRuntime.Initialize(2));
}
