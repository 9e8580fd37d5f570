using TorchSharp;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Runtime;

/// <summary>What there is of CUDA. Not run on a GPU yet: written from TorchSharp's source.</summary>
internal static class CudaRuntime
{
    private const string Library = "libtorch_cuda.so", WindowsLibrary = "torch_cuda.dll";

    /// <summary>Whether the libtorch of this process computes on CUDA at all. Asking TorchSharp where it does not would make it search for, and copy, packages.</summary>
    public static bool IsBuiltIn => TorchRuntime.Folders.Any(folder => File.Exists(Path.Combine(folder, Library)) || File.Exists(Path.Combine(folder, WindowsLibrary)));

    /// <summary>Devices that libtorch sees; 0 without a driver, a device or a build that could use one.</summary>
    public static int Count => IsBuiltIn && TryInitializeDeviceType(DeviceType.CUDA) && cuda.is_available() ? cuda.device_count() : 0;

    /// <summary>fp32 products in fp32, not in TF32: what is called fp32 agrees with the CPU.</summary>
    public static void MakeExact()
    {
        backends.cuda.matmul.allow_tf32 = false;
        backends.cudnn.allow_tf32 = false;
    }
}
