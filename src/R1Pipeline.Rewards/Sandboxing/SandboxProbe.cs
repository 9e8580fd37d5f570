using System.Text;

namespace R1Pipeline.Rewards.Sandboxing;

/// <summary>Tries a sandbox before it is trusted.</summary>
internal static class SandboxProbe
{
    /// <summary>What is wrong with it; null: it holds.</summary>
    public static string? Complaint(Sandbox sandbox)
    {
        string input = SandboxFolder.Create("probe", writable: false), secret = Directory.CreateTempSubdirectory("r1-secret-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(secret, "secret"), "seen");
            var order = new SandboxOrder(["/bin/sh", "-c", Script(sandbox.Kind, secret)], input, null, [], [], 5, TimeSpan.FromSeconds(20), 1L << 30, false, 65536);
            using SandboxedProcess process = sandbox.Start(order);
            process.Input.Close();
            Task<byte[]> output = process.Collect(errors: false), errors = process.Collect(errors: true);
            process.Wait(order.Patience);
            string said = Encoding.UTF8.GetString(output.Result).Trim(), complained = Encoding.UTF8.GetString(errors.Result).Trim();
            if (process.ExitCode != 0) return complained.Length > 0 ? complained.Split('\n')[0] : $"a program in it ends with {process.ExitCode}";
            process.DemandStarted();
            return said == "ready" ? null : $"it does not hold: {said}";
        }
        catch (IOException failed)
        {
            return failed.Message;
        }
        finally
        {
            Directory.Delete(input, recursive: true);
            Directory.Delete(secret, recursive: true);
        }
    }

    /// <summary>Says what it can do and must not, then that it is ready. Whoever asked for no confinement gets a program that only must run.</summary>
    private static string Script(SandboxKind kind, string secret)
    {
        string own = $"/proc/{Environment.ProcessId}";
        string script = kind == SandboxKind.Unsafe ? "" : $"cat {secret}/secret 2>/dev/null; cat /proc/1/environ 2>/dev/null | tr '\\0' '\\n' | grep PATH=; touch /usr/r1-probe 2>/dev/null && echo written; ";

        // Bubblewrap has process numbers of its own: this process's may be another one's there.
        if (kind == SandboxKind.Jail) script += $"cat {own}/environ >/dev/null 2>&1 && echo environment; kill -0 {Environment.ProcessId} 2>/dev/null && echo signals; ";
        return script + "[ \"$HOME\" = /tmp ] || [ -d \"$HOME\" ] && echo ready";
    }
}
