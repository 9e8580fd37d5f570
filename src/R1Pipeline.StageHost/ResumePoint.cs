namespace R1Pipeline.StageHost;

/// <summary>The checkpoint that an attempt goes on from: every hash in it is right and it belongs to this stage key.</summary>
/// <param name="Step">Steps done in it.</param>
/// <param name="Directory">Its folder, absolute. Not to be written to.</param>
public sealed record ResumePoint(long Step, string Directory);
