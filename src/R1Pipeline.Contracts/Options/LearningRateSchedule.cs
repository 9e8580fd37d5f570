namespace R1Pipeline.Contracts.Options;

/// <summary>How the learning rate moves from its peak, after the warm-up, to its end over the planned steps.</summary>
public enum LearningRateSchedule
{
    /// <summary>Half a cosine period.</summary>
    Cosine,

    /// <summary>A straight line.</summary>
    Linear,

    /// <summary>The peak throughout; <c>end-learning-rate</c> is not used.</summary>
    Constant,
}
