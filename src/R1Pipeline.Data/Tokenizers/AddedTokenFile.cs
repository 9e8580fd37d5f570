using System.Globalization;
using System.Text.Json.Nodes;

namespace R1Pipeline.Data.Tokenizers;

/// <summary>
/// Reads the added tokens of a tokenizer as transformers loads them: those of <c>tokenizer.json</c>; then <c>added_tokens_decoder</c> of
/// <c>tokenizer_config.json</c>, which adds tokens and wins over the flags of the same ones; then the special tokens that the config names and that are only
/// words of the vocabulary so far. A token's id is the one its text has in the vocabulary, else the next free one, whatever the file says: a file that says
/// another is refused, because other software numbers it differently.
/// </summary>
internal static class AddedTokenFile
{
    private const string DecoderKey = "added_tokens_decoder";

    /// <summary>Of one token, and of all together: tens of thousands of codes of other media are in use, texts as tokens are not.</summary>
    private const int MaxCharacters = 1024, MaxAllCharacters = 1 << 20;

    private const int MaxTokens = 1 << 16;

    private static readonly string[] NamedKeys = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

    // Version 5 of transformers writes the second name.
    private static readonly string[] ListKeys = ["additional_special_tokens", "extra_special_tokens"];

    /// <param name="files">The files.</param>
    /// <param name="vocabulary">Token → id of the model, without added tokens.</param>
    /// <exception cref="Contracts.Stages.StageFailedException">UserData: a token without text, or with an id that is not its own.</exception>
    public static AddedTokenSet Read(TokenizerFiles files, IReadOnlyDictionary<string, int> vocabulary)
    {
        var tokens = new Dictionary<string, AddedToken>(StringComparer.Ordinal);
        int free = vocabulary.Count;
        int characters = 0;
        foreach ((string file, JsonNode? written, JsonObject token) in Entries(files))
        {
            string content = TokenizerFiles.TextOf(token["content"]) ?? "";
            if (content.Length == 0) throw files.Unusable($"{file} has an added token without content");
            if (content.Length > MaxCharacters) throw files.Unusable($"{file} has an added token of {content.Length} characters, at most {MaxCharacters} are accepted");
            if ((characters += content.Length) > MaxAllCharacters) throw files.Unusable($"the added tokens of {file} have more than {MaxAllCharacters} characters together");
            int given = files.Id(content, written);
            bool known = tokens.TryGetValue(content, out AddedToken? earlier);
            int id = earlier?.Id ?? (vocabulary.TryGetValue(content, out int word) ? word : free);
            if (given != id)
                throw files.Unusable($"{file} gives the added token {content} the id {given}, but its id is {id}, {(known || vocabulary.ContainsKey(content) ? "which it has already" : "the next one behind the tokens before it")}: other software would number it so");
            if (id >= free) free = id + 1;
            tokens[content] = new AddedToken(id, content, (earlier?.Special ?? false) || Flag(files, token, "special"))
            {
                Normalized = Flag(files, token, "normalized", otherwise: file != TokenizerFiles.FileName),
                SingleWord = Flag(files, token, "single_word"),
                StripsLeft = Flag(files, token, "lstrip"),
                StripsRight = Flag(files, token, "rstrip"),
            };
        }

        foreach (string name in Named(files.Config).Where(name => !tokens.ContainsKey(name)))
        {
            if (vocabulary.TryGetValue(name, out int id)) tokens.Add(name, new AddedToken(id, name, Special: true));
        }

        return new AddedTokenSet([.. tokens.Values]);
    }

    private static IEnumerable<(string File, JsonNode? Id, JsonObject Token)> Entries(TokenizerFiles files)
    {
        JsonArray list = files.Root["added_tokens"] is null or JsonArray ? files.Root["added_tokens"] as JsonArray ?? [] : throw files.Unusable($"added_tokens of {TokenizerFiles.FileName} is no list");
        if (list.Count > MaxTokens) throw files.Unusable($"{TokenizerFiles.FileName} has {list.Count} added tokens, at most {MaxTokens} are accepted");
        foreach (JsonNode? entry in list)
        {
            JsonObject token = entry as JsonObject ?? throw files.Unusable($"added_tokens of {TokenizerFiles.FileName} has an entry that is no object");
            yield return (TokenizerFiles.FileName, token["id"], token);
        }

        JsonNode? more = files.Config[DecoderKey];
        foreach (var (id, token) in (more is null or JsonObject ? more as JsonObject ?? [] : throw files.Unusable($"{DecoderKey} of {TokenizerConfigFile.FileName} is no object")).Select(entry => (Number(files, entry.Key), entry.Value)).OrderBy(entry => entry.Item1))
        {
            yield return (TokenizerConfigFile.FileName, id, token as JsonObject ?? throw files.Unusable($"{DecoderKey} of {TokenizerConfigFile.FileName} gives {id} no token but {token?.ToJsonString() ?? "null"}"));
        }
    }

    private static int Number(TokenizerFiles files, string key) => int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out int id)
        ? id
        : throw files.Unusable($"{DecoderKey} of {TokenizerConfigFile.FileName} has the key {key}; a token id is expected");

    private static IEnumerable<string> Named(JsonObject config) =>
        NamedKeys.Select(key => config[key]).Concat(ListKeys.SelectMany(key => Listed(config[key]))).Select(TokenizerConfigFile.TokenText).OfType<string>().Distinct();

    // A list, or names of one's own with a token each.
    private static IEnumerable<JsonNode?> Listed(JsonNode? tokens) => tokens switch
    {
        JsonArray list => list,
        JsonObject named => named.Select(entry => entry.Value),
        _ => [],
    };

    private static bool Flag(TokenizerFiles files, JsonObject token, string name, bool otherwise = false) => files.Flag(token, name, "an added token") ?? otherwise;
}
