using R1Pipeline.Rewards.Sandboxing;

namespace R1Pipeline.Rewards.Code;

/// <summary>What runs a language on this machine.</summary>
/// <param name="Language">Its name in a row.</param>
/// <param name="SourceName">File name of the program.</param>
/// <param name="Compile">Command that makes <c>{out}</c> from <c>{in}</c>; null: not compiled.</param>
/// <param name="Run">Command that runs what lies in <c>{in}</c>; for C#, compiled too.</param>
/// <param name="Visible">Folders outside the system's that it needs.</param>
/// <param name="Environment">Its environment.</param>
/// <param name="AddressSpace">Whether its address space can be bounded.</param>
public sealed record Toolchain(string Language, string SourceName, IReadOnlyList<string>? Compile, IReadOnlyList<string> Run, IReadOnlyList<string> Visible, IReadOnlyList<string> Environment, bool AddressSpace)
{
    /// <summary>The languages.</summary>
    public static IReadOnlyList<string> Languages { get; } = ["python", "cpp", "javascript", "csharp"];

    /// <summary>Looks for it.</summary>
    /// <param name="language">One of <see cref="Languages"/>.</param>
    /// <param name="remedy">Where there is none: how to get it.</param>
    public static Toolchain? Find(string language, out string remedy)
    {
        (remedy, Toolchain? found) = language switch
        {
            "python" => ("apt-get install python3", Program("python3") is { } python ? new Toolchain(language, "main.py", null, [python, "-I", "-B", "-X", "utf8", "{in}/main.py"], Beside(python), ["PYTHONHASHSEED=0"], true) : null),
            "cpp" => ("apt-get install g++", Program("g++") is { } compiler ? new Toolchain(language, "main.cpp", [compiler, "-O2", "-std=c++17", "-o", "{out}/main", "{in}/main.cpp"], ["{in}/main"], Beside(compiler), [], true) : null),
            "javascript" => ("apt-get install nodejs", Program("node") is { } node ? new Toolchain(language, "main.js", null, [node, "--stack-size=900", "{in}/main.js"], Beside(node), ["OPENSSL_CONF=/dev/null"], false) : null),
            "csharp" => ("install the .NET SDK", CSharp()),
            _ => throw new ArgumentOutOfRangeException(nameof(language), language, "no such language"),
        };
        return found;
    }

    private static Toolchain? CSharp()
    {
        if (JailProgram.DotnetHost() is not { } link) return null;
        string host = new FileInfo(link).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? link, root = Path.GetDirectoryName(host)!;
        string runtime = System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory().TrimEnd('/');
        string? compiler = Directory.Exists(Path.Combine(root, "sdk"))
            ? Directory.GetDirectories(Path.Combine(root, "sdk")).Select(sdk => Path.Combine(sdk, "Roslyn/bincore/csc.dll")).Where(File.Exists).Order(StringComparer.Ordinal).LastOrDefault() : null;
        if (compiler is null) return null;
        List<string> compile = [host, "exec", compiler, "-nologo", "-nostdlib", "-optimize", "-warn:0", "-unsafe", "-out:{out}/main.dll", "{in}/main.cs", "{in}/usings.cs"];
        compile.AddRange(Directory.GetFiles(runtime, "*.dll").Where(file => Path.GetFileName(file) is var name && (name.StartsWith("System.", StringComparison.Ordinal) && !name.Contains("Native", StringComparison.Ordinal) || name is "mscorlib.dll" or "netstandard.dll")).Order(StringComparer.Ordinal).Select(file => "-r:" + file));
        return new Toolchain("csharp", "main.cs", compile, [host, "exec", "--runtimeconfig", "{in}/main.runtimeconfig.json", "{in}/main.dll"], Outside(root), ["DOTNET_TieredPGO=0", "DOTNET_EnableDiagnostics=0", "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1", "DOTNET_GCHeapHardLimit=0x20000000"], false);
    }

    // The system's own first: a version manager's may lie in a folder that another user cannot enter.
    private static string? Program(string name) => new[] { "/usr/bin", "/usr/local/bin" }.Concat((System.Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'))
        .Where(folder => folder.Length > 0 && !folder.EndsWith("/shims", StringComparison.Ordinal)).Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    private static string[] Beside(string program)
    {
        string real = new FileInfo(program).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? program;
        return Outside(Path.GetDirectoryName(Path.GetDirectoryName(real)!)!);
    }

    private static string[] Outside(string folder) => folder == "/usr" || folder.StartsWith("/usr/", StringComparison.Ordinal) || folder == "/" ? [] : [folder];
}
