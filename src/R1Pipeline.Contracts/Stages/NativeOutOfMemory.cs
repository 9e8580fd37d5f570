namespace R1Pipeline.Contracts.Stages;

/// <summary>Recognises libtorch's allocation failures. libtorch has no exception types for them: its text is matched.</summary>
public static class NativeOutOfMemory
{
    private static readonly string[] Signs = ["DefaultCPUAllocator", "can't allocate memory", "CUDA out of memory"];

    /// <summary>Whether the text of a native exception says that memory ran out.</summary>
    public static bool IsSaidBy(string nativeText) => Array.Exists(Signs, sign => nativeText.Contains(sign, StringComparison.Ordinal));
}
