using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Training.Tests.Runtime;

/// <summary>Writes the files that a loop captured into a folder, each from its own bytes.</summary>
internal static class CheckpointFolder
{
    public static IReadOnlyList<CheckpointFile> Write(string directory, IReadOnlyList<CheckpointFile> files)
    {
        foreach (CheckpointFile file in files)
        {
            string path = Path.Combine(directory, file.Name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using FileStream stream = File.Create(path);
            file.Write(stream);
            Assert.Equal(file.Length, stream.Length);
        }
        return files;
    }
}
