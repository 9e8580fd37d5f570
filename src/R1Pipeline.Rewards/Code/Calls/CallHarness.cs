using System.Text;
using System.Text.RegularExpressions;

namespace R1Pipeline.Rewards.Code.Calls;

/// <summary>What stands around a completion so that one of its functions can be called: one small program a language, beside it in the same folder.</summary>
internal static partial class CallHarness
{
    /// <summary>Stands before the result on its line of the standard output. Whoever writes it says a result, which it cannot know to be right.</summary>
    public const string Mark = "r1-result:";

    /// <summary>Whether a function's name can be called: a name, or a class's and its method's.</summary>
    public static bool IsCallable(string name) => Names().IsMatch(name);

    /// <summary>Writes the harness beside the completion.</summary>
    /// <param name="language">Language.</param>
    /// <param name="folder">The completion's folder.</param>
    /// <param name="calls">Names that the tests call.</param>
    public static void Write(string language, string folder, IEnumerable<string> calls)
    {
        var plain = new UTF8Encoding(false);

        // The C# one is no part of this program, and is named so.
        (string resource, string name) = language switch { "python" => ("call.py", "call.py"), "javascript" => ("call.js", "call.js"), "csharp" => ("call.csharp", "call.cs"), _ => ("call.hpp", "call.hpp") };
        using var reader = new StreamReader(typeof(CallHarness).Assembly.GetManifestResourceStream("R1Pipeline.Rewards.Code.Calls." + resource)!);
        File.WriteAllText(Path.Combine(folder, name), reader.ReadToEnd(), plain);
        if (language == "cpp") File.WriteAllText(Path.Combine(folder, "call.cpp"), Dispatch(calls), plain);
    }

    /// <summary>The command that compiles completion and harness; null: the language is not compiled.</summary>
    /// <param name="toolchain">The language's.</param>
    /// <param name="topLevel">C#: whether the completion has top-level statements.</param>
    public static IReadOnlyList<string>? Compile(Toolchain toolchain, bool topLevel) => toolchain.Language switch
    {
        "cpp" => [.. toolchain.Compile!.Select(word => word == "{in}/main.cpp" ? "{in}/call.cpp" : word)],
        "csharp" => [.. toolchain.Compile!, "{in}/call.cs", topLevel ? "-define:TOP_LEVEL" : "-main:R1Call.Entry"],
        _ => null,
    };

    /// <summary>The command that runs it; the request comes by the standard input.</summary>
    public static IReadOnlyList<string> Run(Toolchain toolchain) => toolchain.Language switch
    {
        "python" => [.. toolchain.Run.SkipLast(1), "{in}/call.py", "{in}/main.py"],
        "javascript" => [.. toolchain.Run.SkipLast(1), "{in}/call.js"],
        _ => toolchain.Run,
    };

    /// <summary>C++ finds a function's types when it compiles, so every name that is called stands in the program. The completion's own main is another function there.</summary>
    private static string Dispatch(IEnumerable<string> calls)
    {
        IEnumerable<string> lines = calls.Distinct().Select(name => $"    if (name == \"{name}\") return enter(&{name.Replace(".", "::", StringComparison.Ordinal)}, arguments);\n");
        return "#include \"call.hpp\"\n#define main r1_main_of_the_completion\n#include \"main.cpp\"\n#undef main\n"
            + $"std::string r1_call::dispatch(const std::string& name, const Json& arguments) {{\n{string.Concat(lines)}    wrong(\"no such function\");\n}}\n";
    }

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)?$")]
    private static partial Regex Names();
}
