using System.Text.Json.Nodes;

namespace R1Pipeline.Data.Tokenizers;

/// <summary>What a tokenizer keeps of the two files that it was read from, to write them again: not the parsed vocabulary, which takes ten times the file.</summary>
internal sealed class KeptTokenizerFiles(byte[] tokenizerJson, JsonObject config)
{
    /// <summary>Writes both files as they were read. A chat template that already stands in the folder's config is kept.</summary>
    public void Save(string directory)
    {
        File.WriteAllBytes(Path.Combine(directory, TokenizerFiles.FileName), tokenizerJson);
        var written = (JsonObject)config.DeepClone();
        if (written["chat_template"] is null && TokenizerConfigFile.Read(directory)?["chat_template"] is { } template)
            written["chat_template"] = template.DeepClone();
        TokenizerConfigFile.Write(directory, written);
    }
}
