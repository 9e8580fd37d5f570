namespace R1Pipeline.Contracts.Options;

/// <summary>What a model's activations, and the weights that they are multiplied with, are computed in. Losses, log-probs, norms and softmax are fp32 in both.</summary>
public enum ComputePrecision
{
    /// <summary>32-bit floating point.</summary>
    Fp32,

    /// <summary>bfloat16 on copies of fp32 master weights; gradients are collected, and moments kept, in fp32.</summary>
    Bf16,
}
