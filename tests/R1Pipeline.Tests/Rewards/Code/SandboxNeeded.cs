using R1Pipeline.Rewards.Code;
using R1Pipeline.Rewards.Sandboxing;

namespace R1Pipeline.Tests.Rewards.Code;

/// <summary>A grader on a real sandbox. Where there is none the test is skipped with the reason, unless R1_REQUIRE_SANDBOX=1.</summary>
internal static class SandboxNeeded
{
    public static CodeGrader Grader(SandboxKind? only = null)
    {
        if (Sandbox.Find(out string problem, only) is null)
        {
            if (Environment.GetEnvironmentVariable("R1_REQUIRE_SANDBOX") == "1") Assert.Fail(problem);
            Assert.Skip("no sandbox: " + problem);
        }
        if (Toolchain.Find("python", out string remedy) is null) Assert.Skip("no python3: " + remedy);
        return new CodeGrader(Environment.ProcessorCount, only);
    }

    /// <summary>Whether the long tests over all shared cases run; else a share of them does.</summary>
    public static bool Long => Environment.GetEnvironmentVariable("R1_LONG_TESTS") == "1";
}
