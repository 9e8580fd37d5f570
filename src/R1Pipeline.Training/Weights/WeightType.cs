namespace R1Pipeline.Training.Weights;

/// <summary>How weights are stored in a file. In memory they are fp32.</summary>
public enum WeightType
{
    /// <summary>F32: exact.</summary>
    Float32,

    /// <summary>BF16: the nearest, ties to even.</summary>
    BFloat16,

    /// <summary>F16: the nearest, ties to even.</summary>
    Float16,
}
