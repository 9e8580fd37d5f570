namespace R1Pipeline.Orchestration.Planning;

/// <summary>Matrices of one layer that an adapter can adapt and that can be held quantised.</summary>
/// <param name="Name">Their name in the Hugging Face model.</param>
/// <param name="In">Width of what they read.</param>
/// <param name="Out">Width of what they put out.</param>
/// <param name="Count">How many of them a layer has: an expert has its own.</param>
internal sealed record ProjectionSize(string Name, long In, long Out, long Count = 1)
{
    /// <summary>Parameters in all of them.</summary>
    public long Parameters => Count * In * Out;
}
