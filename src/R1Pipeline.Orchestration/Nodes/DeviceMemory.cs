using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace R1Pipeline.Orchestration.Nodes;

/// <summary>
/// How much memory a CUDA device of this machine has, asked of the driver's own <c>nvidia-smi</c>: the control plane carries no libtorch. Which device <c>cuda:N</c> is follows from
/// <c>CUDA_VISIBLE_DEVICES</c>, else from the bus as <c>nvidia-smi</c> counts.
/// </summary>
public static class DeviceMemory
{
    private const string Program = "nvidia-smi", Visible = "CUDA_VISIBLE_DEVICES";

    /// <summary>Bytes of the device; null: there is no driver, or no such device.</summary>
    /// <param name="device"><c>cuda</c> or <c>cuda:N</c>.</param>
    public static long? Of(string device)
    {
        var start = new ProcessStartInfo(Program, ["--query-gpu=memory.total", "--format=csv,noheader,nounits", $"--id={Identify(device, Environment.GetEnvironmentVariable(Visible))}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using Process process = Process.Start(start)!;
            process.ErrorDataReceived += (_, _) => { };
            process.BeginErrorReadLine();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? Parse(output) : null;
        }
        catch (Win32Exception)
        {
            return null;            // no such program
        }
    }

    /// <summary>How <c>nvidia-smi</c> names the device that a process with these visible devices calls <c>cuda:N</c>.</summary>
    internal static string Identify(string device, string? visible)
    {
        string number = device.IndexOf(':', StringComparison.Ordinal) is >= 0 and int colon ? device[(colon + 1)..] : "0";
        string[] seen = visible?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
        return int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index < seen.Length ? seen[index] : number;
    }

    /// <summary>Bytes in what it prints, a line of MiB; null: it prints something else.</summary>
    internal static long? Parse(string output) => long.TryParse(output.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out long mebibytes) ? mebibytes << 20 : null;
}
