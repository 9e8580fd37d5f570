namespace R1Pipeline.Orchestration.Workers;

/// <summary>
/// The environment of a worker: what it needs to run, and no secret but the keys that its stage's options name. Thread counts come from the stage's options, so that
/// the same request computes the same bits whatever the caller's shell exports.
/// </summary>
internal static class WorkerEnvironment
{
    private static readonly string[] Passed =
        ["PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "LD_LIBRARY_PATH", "R1_LIBTORCH", "R1_FAULT", "R1_REWARD_FAULT", .. WaitPolicy.Variables];

    private static readonly string[] PassedPrefixes = ["LC_", "DOTNET_", "CUDA_", "NVIDIA_", "NCCL_"];

    /// <summary>Reduces a copied environment to what a worker gets: the same for all, and the variables that its stage asks for by name.</summary>
    public static void Reduce(IDictionary<string, string?> environment, int threads, params IReadOnlyList<string> asked)
    {
        foreach (string name in environment.Keys.ToList())
        {
            if (!Passed.Contains(name) && !asked.Contains(name) && !PassedPrefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal))) environment.Remove(name);
        }

        WaitPolicy.SleepSoon(environment);
        HeapPolicy.KeepTogether(environment);
        environment["OMP_NUM_THREADS"] = environment["MKL_NUM_THREADS"] = $"{threads}";
    }
}
