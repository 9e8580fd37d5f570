using System.Diagnostics;
using R1Pipeline.Contracts.Randomness;

namespace R1Pipeline.Training.Tests.MalformedModels;

/// <summary>Folders in which a file's name belongs to something that is no file of a model: a folder, a link to nothing or to itself, a device, a pipe.</summary>
internal static class FileDamage
{
    private static readonly string[] Needed = ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"];
    private static readonly string[] Optional = ["generation_config.json", "chat_template.jinja"];

    public static IEnumerable<MalformedModel> All()
    {
        foreach (string file in (string[])[.. Needed, .. Optional])
        {
            yield return Instead("a-folder", file, path => Directory.CreateDirectory(path));
            yield return Instead("a-link-to-nothing", file, path => File.CreateSymbolicLink(path, "/nowhere/at-all"));
            yield return Instead("a-link-to-itself", file, path => File.CreateSymbolicLink(path, path));
            yield return Instead("zeros-without-end", file, path => File.CreateSymbolicLink(path, "/dev/zero"));
            yield return Instead("a-pipe", file, Pipe);
            yield return Instead("empty", file, path => File.WriteAllText(path, ""));
        }
    }

    /// <summary>Makes a pipe, which a reader would wait at for ever.</summary>
    public static void Pipe(string path)
    {
        using Process made = Process.Start("mkfifo", [path]);
        made.WaitForExit();
        if (made.ExitCode != 0) throw new InvalidOperationException($"mkfifo {path} ended with {made.ExitCode}");
    }

    private static MalformedModel Instead(string name, string file, Action<string> make) => new($"file/{file}-{name}", ValidModels.Qwen2, file, (string directory, ref RandomStream _) =>
    {
        string path = Path.Combine(directory, file);
        File.Delete(path);
        make(path);
    });
}
