using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Training.Runtime;

namespace R1Pipeline.Training.Tests.Runtime;

[SuppressMessage("Usage", "CA2201:Do not raise reserved exception types", Justification = "It is what TorchSharp throws.")]
public sealed class MemoryGuardTests
{
    [Theory]
    [InlineData("[enforce fail at alloc_cpu.cpp:117] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to allocate 12 bytes.")]
    [InlineData("could not create a primitive: can't allocate memory")]
    [InlineData("CUDA out of memory. Tried to allocate 2.00 GiB")]
    public void Run_NativeAllocationFailure_IsOutOfMemory(string nativeText)
    {
        var failure = Assert.Throws<StageFailedException>(() => MemoryGuard.Run(() => throw new ExternalException(nativeText)));

        Assert.Equal(StageFailureClass.OutOfMemory, failure.Failure);
        Assert.IsType<ExternalException>(failure.InnerException);
    }

    [Fact]
    public void Run_AnotherNativeFailure_PassesAsItIs() =>
        Assert.Throws<ExternalException>(() => MemoryGuard.Run<int>(() => throw new ExternalException("shapes cannot be multiplied")));
}
