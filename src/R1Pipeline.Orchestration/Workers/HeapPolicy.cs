namespace R1Pipeline.Orchestration.Workers;

/// <summary>
/// How glibc keeps a worker's heap. By itself it holds small blocks that were freed in caches, apart from their neighbours, and what the alignment of a tensor leaves over is such a block:
/// beside one, the place of a freed tensor never again has room for another of its size, and the heap of a step grows to twice what lives in it. Without the caches neighbours join. It can
/// be said only before a process starts, and changes no bit.
/// </summary>
internal static class HeapPolicy
{
    /// <summary>Lets neighbours join.</summary>
    public static void KeepTogether(IDictionary<string, string?> environment) => environment["GLIBC_TUNABLES"] = "glibc.malloc.tcache_count=0:glibc.malloc.mxfast=0";
}
