using System.Text.Json.Nodes;

namespace R1Pipeline.Data.Tokenizers;

/// <summary>
/// Which special tokens a tokenizer puts before and behind a single text: what the <c>post_processor</c> of <c>tokenizer.json</c> says. With transformers' class
/// LlamaTokenizer, which the DeepSeek models name, <c>add_bos_token</c> and <c>add_eos_token</c> of <c>tokenizer_config.json</c> take its place.
/// </summary>
internal static class PostProcessorFile
{
    /// <summary>Published ones put up to three around a text.</summary>
    private const int MaxTokens = 64;

    /// <param name="files">The files.</param>
    /// <param name="ids">Tokens with their ids, added ones too.</param>
    /// <exception cref="Contracts.Stages.StageFailedException">UserData: a part that is not supported, or a token that is not there.</exception>
    public static (int[] Before, int[] After) Read(TokenizerFiles files, Dictionary<string, int> ids)
    {
        if (FromConfig(files, name => ids.TryGetValue(name, out int id) ? id : null) is { } configured) return configured;
        var before = new List<int>();
        var after = new List<int>();
        foreach (JsonObject step in Steps(files, files.Root["post_processor"]))
        {
            bool passed = false;
            // A later step wraps what the earlier ones gave.
            var outer = new List<int>();
            foreach (JsonObject item in (step["single"] as JsonArray ?? throw files.Unusable("the post-processor TemplateProcessing has no template for a single text")).Select(item => item as JsonObject ?? throw files.Unusable("the post-processor TemplateProcessing has an item that is no object")))
            {
                if (item["Sequence"] is not null)
                {
                    passed = passed ? throw files.Unusable("the post-processor repeats the text, which is not supported") : true;
                    continue;
                }

                (passed ? after : outer).AddRange(Ids(files, step, TokenizerFiles.TextOf((item["SpecialToken"] as JsonObject)?["id"]) ?? throw files.Unusable("the post-processor TemplateProcessing has an unknown item")).Take(MaxTokens + 1));
                if (before.Count + outer.Count + after.Count > MaxTokens) throw files.Unusable($"the post-processor puts more than {MaxTokens} tokens around a text");
            }

            if (!passed) throw files.Unusable("the post-processor TemplateProcessing leaves out the text, which is not supported");

            before.InsertRange(0, outer);
        }

        int stray = before.Concat(after).FirstOrDefault(id => !ids.ContainsValue(id), -1);
        if (stray >= 0) throw files.Unusable($"the post-processor puts the id {stray} around a text, which no token has");
        return ([.. before], [.. after]);
    }

    private static (int[] Before, int[] After)? FromConfig(TokenizerFiles files, Func<string, int?> idOf)
    {
        if (TokenizerFiles.TextOf(files.Config["tokenizer_class"]) is not ("LlamaTokenizer" or "LlamaTokenizerFast")) return null;
        bool? begin = files.Flag(files.Config, "add_bos_token", TokenizerConfigFile.FileName), end = files.Flag(files.Config, "add_eos_token", TokenizerConfigFile.FileName);
        return begin is null && end is null ? null : (begin ?? true ? Named("bos_token") : [], end ?? false ? Named("eos_token") : []);

        int[] Named(string key) => [files.ConfiguredId(key, idOf) ?? throw files.Unusable($"{TokenizerConfigFile.FileName} asks for a {key} around every text and names none")];
    }

    private static IEnumerable<JsonObject> Steps(TokenizerFiles files, JsonNode? node)
    {
        if (node is null) return [];
        if (node is not JsonObject step) throw files.Unusable("post_processor of tokenizer.json is no object with a type");
        return TokenizerFiles.TextOf(step["type"]) switch
        {
            "Sequence" => (step["processors"] as JsonArray ?? []).SelectMany(inner => Steps(files, inner)),
            // Only moves the offsets of tokens, which nobody asks for.
            "ByteLevel" => [],
            "TemplateProcessing" => [step],
            string type => throw files.Unusable($"the post-processor {type} is not supported (supported: TemplateProcessing, ByteLevel, Sequence)"),
            null => throw files.Unusable("the post-processor has no type"),
        };
    }

    private static IEnumerable<int> Ids(TokenizerFiles files, JsonObject step, string name) =>
        (((step["special_tokens"] as JsonObject)?[name] as JsonObject)?["ids"] as JsonArray ?? throw files.Unusable($"the post-processor names the special token {name}, which it does not define")).Select(id => files.Id(name, id));
}
