using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.StageHost.Failures;

namespace R1Pipeline.Tests.StageHost;

[SuppressMessage("Usage", "CA2201:Do not raise reserved exception types", Justification = "It is what TorchSharp throws.")]
public sealed class FailureMapTests
{
    [Theory]
    [InlineData("DefaultCPUAllocator: not enough memory", StageFailureClass.OutOfMemory)]
    [InlineData("could not create a primitive: can't allocate memory", StageFailureClass.OutOfMemory)]
    [InlineData("CUDA out of memory. Tried to allocate 2.00 GiB", StageFailureClass.OutOfMemory)]
    [InlineData("shapes cannot be multiplied", StageFailureClass.NativeCrash)]
    public void ClassOf_NativeText_IsOutOfMemoryWhenItSaysSo(string nativeText, StageFailureClass expected) =>
        Assert.Equal(expected, FailureMap.ClassOf(new ExternalException(nativeText)));
}
