using System.Diagnostics;

namespace R1Pipeline.Rewards.Sandboxing;

/// <summary>Times what a sandbox adds to a program that does nothing; for <c>r1 bench sandbox</c>.</summary>
public static class SandboxTimings
{
    /// <summary>Milliseconds of <c>python3 -c pass</c>, one a run, without (null) or in a sandbox.</summary>
    /// <param name="sandbox">The sandbox; null: none.</param>
    /// <param name="python">The interpreter.</param>
    /// <param name="runs">How many.</param>
    /// <exception cref="IOException">It cannot be started.</exception>
    public static IReadOnlyList<double> Milliseconds(Sandbox? sandbox, string python, int runs)
    {
        string input = SandboxFolder.Create("bench", writable: false);
        var order = new SandboxOrder([python, "-c", "pass"], input, null, [], [], 10, TimeSpan.FromSeconds(30), 512L << 20, true, 65536);
        var times = new List<double>(runs);
        try
        {
            for (int run = 0; run < runs; run++)
            {
                long start = Stopwatch.GetTimestamp();
                if (sandbox is null)
                {
                    using Process bare = Process.Start(new ProcessStartInfo(python, ["-c", "pass"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
                    bare.WaitForExit();
                }
                else
                {
                    using SandboxedProcess process = sandbox.Start(order);
                    process.Input.Close();
                    process.Wait(order.Patience);
                    if (process.ExitCode != 0) throw new IOException($"{python} ends with {process.ExitCode} in the sandbox");
                }
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
        }
        finally
        {
            Directory.Delete(input, recursive: true);
        }
        return times;
    }
}
