namespace R1Pipeline.Orchestration.Stores;

/// <summary>Opens the store of a state folder.</summary>
public static class RunStores
{
    /// <summary>Opens <c>r1.db</c> of a state folder.</summary>
    /// <param name="stateDirectory">State folder.</param>
    /// <param name="create">Whether to create it; otherwise null is returned when there is none.</param>
    public static IRunStore? Open(string stateDirectory, bool create) => throw new NotSupportedException(stateDirectory + create);
}
