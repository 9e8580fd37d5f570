using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;
using TorchSharp;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Runtime;

/// <summary>
/// Where a model lies and in which type it computes. Whoever builds a model says it; what works with the model takes it from there, and there is no default that could
/// be changed behind anybody's back. Master weights, gradients and moments are fp32 whatever <paramref name="ComputeType"/> is, and so are norms, softmax, losses and
/// log-probs.
/// </summary>
/// <param name="Device">The device of all tensors.</param>
/// <param name="ComputeType">Type of activations, caches and of the weights that they are multiplied with: fp32 or bf16.</param>
public sealed record Placement(Device Device, ScalarType ComputeType)
{
    /// <summary>The CPU in fp32: bit for bit what every test without another word computes.</summary>
    public static Placement Host { get; } = new(CPU, ScalarType.Float32);

    /// <summary>Whether the tensors lie in the machine's own memory.</summary>
    public bool IsHost => Device.type == DeviceType.CPU;

    /// <summary>Whether weights are computed with in another type than that of their masters.</summary>
    public bool IsNarrow => ComputeType != ScalarType.Float32;

    /// <summary>Whether tensors of both can meet in one operation.</summary>
    public bool IsSameAs(Placement other) => (Device.type, Device.index, ComputeType) == (other.Device.type, other.Device.index, other.ComputeType);

    /// <summary>Integers on the device; the caller's scope owns them.</summary>
    public Tensor Of(long[] values, params long[] shape) => Placed(tensor(values, shape.Length == 0 ? [values.Length] : shape));

    /// <summary>fp32 numbers on the device; the caller's scope owns them.</summary>
    public Tensor Of(float[] values, params long[] shape) => Placed(tensor(values, shape.Length == 0 ? [values.Length] : shape));

    /// <summary>The device and type that a stage asks for.</summary>
    /// <param name="device">Null or <c>auto</c> (a CUDA device where this build has one, else the CPU), <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</param>
    /// <param name="precision">Null: bf16 on CUDA, fp32 on the CPU.</param>
    /// <exception cref="StageFailedException">UserData: no such device here, or no such word.</exception>
    public static Placement Resolve(string? device, ComputePrecision? precision)
    {
        Device found = Find(device ?? "auto");
        precision ??= found.type == DeviceType.CUDA ? ComputePrecision.Bf16 : ComputePrecision.Fp32;
        return new Placement(found, precision == ComputePrecision.Bf16 ? ScalarType.BFloat16 : ScalarType.Float32);
    }

    private static Device Find(string device)
    {
        if (device == "cpu") return CPU;
        if (device == "auto") return CudaRuntime.Count > 0 ? Cuda(0) : CPU;
        int index = 0;
        if (device != "cuda" && !(device.StartsWith("cuda:", StringComparison.Ordinal) && int.TryParse(device.AsSpan(5), out index) && index >= 0))
            throw Wrong($"device: {device} is unknown; accepted are auto, cpu, cuda and cuda:N");
        if (!CudaRuntime.IsBuiltIn)
            throw Wrong($"device: {device} is asked for, and this program carries libtorch for the CPU only: build it with -p:TorchBackend=cuda, or ask for device: cpu");
        return index < CudaRuntime.Count
            ? Cuda(index)
            : throw Wrong($"device: {device} is asked for, and libtorch sees {CudaRuntime.Count} CUDA devices here: r1 doctor shows what is missing; device: cpu needs none");
    }

    private static Device Cuda(int index)
    {
        CudaRuntime.MakeExact();
        return new Device(DeviceType.CUDA, index);
    }

    private Tensor Placed(Tensor onHost)
    {
        if (IsHost) return onHost;
        using (onHost) return onHost.to(Device);
    }

    private static StageFailedException Wrong(string problem) => new(StageFailureClass.UserData, problem);
}
