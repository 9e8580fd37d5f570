namespace R1Pipeline.Training.Weights;

/// <summary>A foreign tensor and the rows of the parameter that it fills.</summary>
/// <param name="ForeignName">Name in the checkpoint.</param>
/// <param name="Parameter">Name of the parameter.</param>
/// <param name="FirstRow">First row of the slice.</param>
/// <param name="Shape">Shape of the slice.</param>
internal sealed record WeightSlice(string ForeignName, string Parameter, long FirstRow, params long[] Shape);
