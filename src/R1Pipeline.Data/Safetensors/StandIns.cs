namespace R1Pipeline.Data.Safetensors;

/// <summary>What lies in the place of a model or of one of its files when it was not brought as it should be, in words for a message that has found it to be none.</summary>
public static class StandIns
{
    /// <summary>What a file is instead of what its name says, and what to do; null: none of the known ones.</summary>
    /// <param name="start">Its first bytes, eight at least where it has them.</param>
    public static string? OfFile(ReadOnlySpan<byte> start) => start switch
    {
        _ when start.StartsWith("version "u8) => "it is a pointer of Git LFS in the file's place: git lfs pull brings the file",
        _ when start.TrimStart(" \t\r\n"u8).StartsWith("<"u8) => "it is a page (HTML or XML) in the file's place, as a server answers who is not logged in or has not accepted a license: download it again",
        _ => null,
    };

    /// <summary>What a folder without a <c>config.json</c> is instead of a model, and what to do; null: none of the known ones.</summary>
    public static string? OfFolder(string directory) =>
        File.Exists(Path.Combine(directory, "adapter_config.json")) ? "it is a LoRA adapter, which r1 model generate MODEL --adapter puts onto its model; a pipeline takes a model with the adapter merged into it"
        : Directory.Exists(Path.Combine(directory, "snapshots")) ? "it is a cache of the Hugging Face hub: the model is the folder in snapshots"
        : Directory.EnumerateFiles(directory, "*.gguf").Any() ? "GGUF is not read: bring the model in safetensors"
        : null;
}
