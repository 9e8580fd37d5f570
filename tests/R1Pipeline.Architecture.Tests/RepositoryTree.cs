namespace R1Pipeline.Architecture.Tests;

/// <summary>The repository as a table of paths and texts, build outputs left out. Rules read it; a planted violation is the same tree with one more file.</summary>
internal sealed class RepositoryTree
{
    private static readonly HashSet<string> Outputs = ["bin", "obj", ".git", ".r1", ".vs", "TestResults"];
    private static readonly HashSet<string> Texts = [".cs", ".csproj", ".props", ".targets", ".yaml", ".yml", ".json", ".md", ".sln", ".sql", ".txt", ".service"];

    private readonly Dictionary<string, string> _files;

    private RepositoryTree(Dictionary<string, string> files) => _files = files;

    /// <summary>Root of the repository that these tests were built in.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Paths with forward slashes, ascending. Files that are not text have an empty text.</summary>
    public IEnumerable<string> Paths => _files.Keys.Order(StringComparer.Ordinal);

    /// <summary>The repository as it is.</summary>
    public static RepositoryTree Load() => new(Files(Root).ToDictionary(
        path => Path.GetRelativePath(Root, path).Replace('\\', '/'),
        path => Texts.Contains(Path.GetExtension(path)) || Path.GetFileName(path) == "Dockerfile" ? File.ReadAllText(path) : ""));

    /// <summary>The text of a file.</summary>
    public string Text(string path) => _files[path];

    /// <summary>Whether a file or folder is there.</summary>
    public bool Exists(string path) => _files.ContainsKey(path) || _files.Keys.Any(file => file.StartsWith(path.TrimEnd('/') + "/", StringComparison.Ordinal));

    /// <summary>Source files of the product: <c>src</c> and <c>stages</c>.</summary>
    public IEnumerable<string> Sources => Paths.Where(path => path.EndsWith(".cs", StringComparison.Ordinal) && (path.StartsWith("src/", StringComparison.Ordinal) || path.StartsWith("stages/", StringComparison.Ordinal)));

    /// <summary>Project files by project name.</summary>
    public IEnumerable<(string Name, string Text)> Projects => Paths.Where(path => path.EndsWith(".csproj", StringComparison.Ordinal)).Select(path => (Path.GetFileNameWithoutExtension(path), Text(path)));

    /// <summary>The same tree with one file more, or another text of it.</summary>
    public RepositoryTree With(string path, string text) => new(new Dictionary<string, string>(_files) { [path] = text });

    private static IEnumerable<string> Files(string folder)
    {
        foreach (string file in Directory.GetFiles(folder)) yield return file;
        foreach (string child in Directory.GetDirectories(folder).Where(child => !Outputs.Contains(Path.GetFileName(child))))
        {
            foreach (string file in Files(child)) yield return file;
        }
    }

    private static string FindRoot()
    {
        for (string? folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "R1Pipeline.sln"))) return folder;
        }
        throw new DirectoryNotFoundException("no R1Pipeline.sln above " + AppContext.BaseDirectory);
    }
}
