using System.Runtime.InteropServices;
using R1Pipeline.Orchestration;
using R1Pipeline.Orchestration.Reports;
using R1Pipeline.Orchestration.Stores;
using R1Pipeline.Orchestration.Workers;
using R1Pipeline.Rewards.Code;
using R1Pipeline.Rewards.Sandboxing;

namespace R1Pipeline.Cli.Doctor;

/// <summary>The looks that <c>r1 doctor</c> takes, one method each. Loads no native library: it looks for the files that the worker will load.</summary>
internal static class Examination
{
    // A quickstart run leaves well under this; less is a machine on which the first checkpoint may already fail.
    private const long LowDiskBytes = 1L << 30;

    private static readonly string[] Natives = OperatingSystem.IsWindows()
        ? ["torch.dll", "torch_cpu.dll", "c10.dll", "LibTorchSharp.dll"]
        : OperatingSystem.IsMacOS()
            ? ["libtorch.dylib", "libtorch_cpu.dylib", "libc10.dylib", "libLibTorchSharp.dylib"]
            : ["libtorch.so", "libtorch_cpu.so", "libc10.so", "libLibTorchSharp.so"];

    public static IReadOnlyList<Finding> All(string stateDirectory, Func<IRunStore?> openStore)
    {
        var findings = new List<Finding>
        {
            new("system", null, $"{RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.ProcessArchitecture}"),
            new("cores", null, $"{Environment.ProcessorCount}: so many stages compute side by side unless --slots says otherwise"),
            new("memory", null, $"{Figures.Bytes(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes)} for this process"),
        };
        (Finding worker, string? workerDirectory) = Worker();
        findings.Add(worker);
        if (workerDirectory is not null) findings.Add(TorchFiles(workerDirectory));
        findings.Add(State(stateDirectory));
        findings.Add(Store(openStore));
        findings.Add(Disk(stateDirectory));
        findings.Add(CodeSandbox());
        findings.AddRange(Toolchain.Languages.Select(Language));
        return findings;
    }

    private static (Finding Finding, string? Directory) Worker()
    {
        try
        {
            WorkerCommand worker = WorkerLocator.Find(Environment.GetEnvironmentVariable(Running.RunSession.WorkerVariable));
            string path = worker.Arguments.Count > 0 ? worker.Arguments[0] : worker.FileName;
            return (new Finding("worker", true, path), Path.GetDirectoryName(path));
        }
        catch (RunRefusedException missing)
        {
            return (new Finding("worker", false, "no worker executable", missing.Message), null);
        }
    }

    private static Finding TorchFiles(string workerDirectory)
    {
        // libtorch lies below the worker (build) or beside it (a runtime folder named by R1_LIBTORCH).
        string folder = Environment.GetEnvironmentVariable("R1_LIBTORCH") is { Length: > 0 } named ? named : Path.Combine(workerDirectory, "torch");
        var missing = Natives.Where(name => !File.Exists(Path.Combine(folder, name))).ToList();
        return missing.Count == 0
            ? new Finding("libtorch", true, folder)
            : new Finding("libtorch", false, $"{folder} lacks {string.Join(", ", missing)}",
                "build again so that the packages are restored (dotnet build -c Release src/R1Pipeline.Worker); the links point into the package cache, which may have been emptied");
    }

    // Not needed by a pipeline without a code task: told, not judged.
    private static Finding CodeSandbox() => Sandbox.Find(out string problem) is { } sandbox
        ? new Finding("sandbox", true, sandbox.Description, problem.Length > 0 ? problem : null)
        : new Finding("sandbox", null, "none: grading code is refused", problem);

    private static Finding Language(string language) => Toolchain.Find(language, out string remedy) is { } found
        ? new Finding(language, true, found.Run[0] is var run && run.StartsWith('{') ? found.Compile![0] : run)
        : new Finding(language, null, "not installed: its code is not graded", remedy);

    private static Finding State(string stateDirectory)
    {
        // The folder may not exist yet, and looking must not create it: then its nearest existing parent must be writable.
        string existing = stateDirectory;
        while (!Directory.Exists(existing)) existing = Path.GetDirectoryName(existing)!;
        string probe = Path.Combine(existing, $".r1-doctor-{Environment.ProcessId}");
        try
        {
            using (new FileStream(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose)) { }
            return new Finding("state folder", true, existing == stateDirectory ? stateDirectory : $"{stateDirectory} (not there yet; {existing} is writable)");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return new Finding("state folder", false, $"{existing} cannot be written: {error.Message}", $"name a folder of yours with --state or {CommonOptions.StateVariable}");
        }
    }

    private static Finding Store(Func<IRunStore?> open)
    {
        try
        {
            using IRunStore? store = open();
            return new Finding("database", true, store is null ? "none yet: the first run makes it" : $"answers; it knows {store.Runs().Count} runs");
        }
        catch (Exception error) when (error is RunRefusedException or StoreUnavailableException)
        {
            return new Finding("database", false, error.Message, $"see \"State in PostgreSQL\" in README.md about --database and {DatabaseSetting.Variable}");
        }
    }

    private static Finding Disk(string stateDirectory)
    {
        string existing = stateDirectory;
        while (!Directory.Exists(existing)) existing = Path.GetDirectoryName(existing)!;
        long free = new DriveInfo(existing).AvailableFreeSpace;
        return free >= LowDiskBytes
            ? new Finding("disk", true, $"{Figures.Bytes(free)} free at {existing}")
            : new Finding("disk", false, $"{Figures.Bytes(free)} free at {existing}", "free some space or name a folder on another disk with --state");
    }
}
