using System.Runtime.InteropServices;
using TorchSharp;

namespace R1Pipeline.Training.Runtime;

/// <summary>
/// Brings libtorch into the process, once, before any tensor exists: natives by absolute path, malloc told to keep large blocks, thread counts fixed.
/// Refuses a second call with another thread count: libtorch aborts the process when its pools are resized late.
/// </summary>
public static partial class TorchRuntime
{
    private const int TrimThreshold = -1, TopPad = -2, MmapThreshold = -3, ArenaMax = -8;

    /// <summary>The libtorch that TorchSharp's bridge was compiled against; there is no binary promise across minor versions.</summary>
    private const string Version = "2.10.";

    private static readonly string[] Libraries = ["libgomp", "libc10.so", "libtorch_cpu.so", "libc10_cuda.so", "libtorch_cuda.so", "libtorch.so"];
    private static readonly Lock Gate = new();

    private static int? _threads;

    // The CPU build links its natives into torch; NuGet puts those of the CUDA build where packages have them, or beside a program that was published for one platform.
    private static string[] OwnFolders =>
    [
        Path.Combine(AppContext.BaseDirectory, "torch"),
        Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native"),
        Path.Combine(AppContext.BaseDirectory, "runtimes", "win-x64", "native"),
        AppContext.BaseDirectory,
    ];

    /// <summary>Where the libtorch of this process came from; null: it was found by name, or not asked for yet.</summary>
    internal static string? LibtorchFolder { get; private set; }

    /// <summary>Where natives of this process may lie.</summary>
    internal static IEnumerable<string> Folders => LibtorchFolder is { } known ? [known] : OwnFolders;

    /// <summary>Loads libtorch and fixes the number of threads that one operation computes with. Later calls with the same count do nothing.</summary>
    /// <param name="threads">Threads of one operation, at least 1.</param>
    /// <param name="libtorchFolder">Folder of an outside libtorch 2.10; null: the <c>torch</c> folder beside the application.</param>
    /// <exception cref="InvalidOperationException">The process already computes with another number of threads.</exception>
    /// <exception cref="NotSupportedException">The outside libtorch says that it is of another version.</exception>
    /// <exception cref="DllNotFoundException">A native library is missing or does not load.</exception>
    public static void Initialize(int threads, string? libtorchFolder = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        lock (Gate)
        {
            if (_threads == threads) return;
            if (_threads is { } earlier)
                throw new InvalidOperationException($"libtorch runs with {earlier} threads in this process; it cannot change to {threads}: start another process");

            KeepLargeBlocks();
            Load(libtorchFolder);
            torch.InitializeDeviceType(DeviceType.CPU);
            torch.set_num_threads(threads);
            torch.set_num_interop_threads(1);
            _threads = threads;
        }
    }

    // By absolute path and in dependency order: TorchSharp's own by-name loads are then satisfied by what is already in the process,
    // and a folder of the application itself can never be mixed with an outside one.
    private static void Load(string? libtorchFolder)
    {
        string own = Path.Combine(AppContext.BaseDirectory, "torch");
        if (libtorchFolder is not null) RequireVersion(libtorchFolder);
        LibtorchFolder = libtorchFolder ?? OwnFolders.FirstOrDefault(folder => File.Exists(Path.Combine(folder, "libtorch.so")));
        if (!OperatingSystem.IsLinux() || !Directory.Exists(LibtorchFolder)) return;
        foreach (string library in Libraries)
        {
            foreach (string file in Directory.EnumerateFiles(LibtorchFolder, library + "*").Order(StringComparer.Ordinal).Take(1))
                NativeLibrary.Load(file);
        }

        NativeLibrary.Load(Path.Combine(own, "libLibTorchSharp.so"));
    }

    /// <summary>Reads the version beside a libtorch folder: <c>build-version</c> of the C++ archive or <c>version.py</c> of the Python package, both one level up.</summary>
    internal static void RequireVersion(string libtorchFolder)
    {
        string parent = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(libtorchFolder))) ?? libtorchFolder;
        string? file = new[] { "build-version", "version.py" }.Select(name => Path.Combine(parent, name)).FirstOrDefault(File.Exists);
        if (file is not null && !File.ReadAllText(file).Contains(Version, StringComparison.Ordinal))
            throw new NotSupportedException($"{file} does not say {Version}x: this program runs with libtorch {Version}x only");
    }

    // glibc returns freed blocks above 128 KiB to the kernel: every large temporary of every step would be page-faulted and zeroed again.
    private static void KeepLargeBlocks()
    {
        if (!OperatingSystem.IsLinux()) return;
        try
        {
            _ = MallocOption(MmapThreshold, 1 << 30);
            _ = MallocOption(TrimThreshold, int.MaxValue);
            _ = MallocOption(TopPad, 64 << 20);
            _ = MallocOption(ArenaMax, 1);
        }
        catch (EntryPointNotFoundException)
        {
            // Another libc (musl): it has no such option and its own policy; only speed is at stake.
            return;
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int MallocOption(int parameter, int value);
}
