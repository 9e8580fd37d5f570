using TorchSharp;

namespace R1Pipeline.Training.Runtime;

/// <summary>
/// Numbers as operands of tensor operations. TorchSharp wraps a number into an object with a finalizer, hands its native pointer over and forgets the object:
/// a garbage collection that another thread sets off in that moment (the heartbeat, a checkpoint) frees it under the running operation, which then fails or
/// computes with whatever lies there. These stay referenced until long after their operation. Every operation that takes a number gets it from here, and so
/// does addition, whose hidden factor is such a number too; numbers are read out of tensors here for the same reason.
/// </summary>
internal static class Number
{
    private const int Kept = 256;

    [ThreadStatic]
    private static Scalar[]? _recent;

    [ThreadStatic]
    private static int _next;

    /// <summary>The factor of an addition.</summary>
    public static Scalar One { get; } = 1.ToScalar();

    /// <summary>A fraction.</summary>
    public static Scalar Of(double value) => Keep(value.ToScalar());

    /// <summary>An integer.</summary>
    public static Scalar Of(long value) => Keep(value.ToScalar());

    /// <summary>The value of a tensor of one element.</summary>
    public static double From(torch.Tensor tensor)
    {
        using Scalar value = tensor.ToScalar();
        return value.ToDouble();
    }

    /// <summary>The value of an integer tensor of one element.</summary>
    public static long WholeFrom(torch.Tensor tensor)
    {
        using Scalar value = tensor.ToScalar();
        return value.ToInt64();
    }

    private static Scalar Keep(Scalar scalar)
    {
        _recent ??= new Scalar[Kept];
        _recent[_next] = scalar;
        _next = (_next + 1) % Kept;
        return scalar;
    }
}
