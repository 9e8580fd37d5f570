using System.Text.Json;
using System.Text.Json.Nodes;
using R1Pipeline.Contracts;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Safetensors;

namespace R1Pipeline.Data.Tokenizers;

/// <summary>
/// <c>tokenizer.json</c> and <c>tokenizer_config.json</c> of one tokenizer. The files are the tokenizer: built-in and trained ones write them first
/// and read themselves back, so that what other software loads is what this product used. A part that is not supported is an error with its name.
/// </summary>
internal sealed class TokenizerFiles
{
    /// <summary>The tokenizer itself.</summary>
    internal const string FileName = "tokenizer.json";

    /// <summary>Far beyond the largest published vocabulary.</summary>
    private const int MaxIds = 1 << 22;

    /// <summary>Twice the largest published one of these families.</summary>
    private const long MaxBytes = 32 << 20;

    /// <summary>Of the start of a long message, and of its end.</summary>
    private const int ShownCharacters = 200;

    public TokenizerFiles(string origin, byte[] tokenizerJson, JsonObject config)
    {
        Origin = origin;
        Config = config;
        Kept = new KeptTokenizerFiles(tokenizerJson, config);
        Root = ModelJson.ParseObject(Path.Combine(origin, FileName), tokenizerJson);
    }

    /// <summary>Folder, or what made the files: named in messages.</summary>
    public string Origin { get; }

    public JsonObject Root { get; }

    public JsonObject Config { get; }

    /// <summary>What a tokenizer keeps of them.</summary>
    public KeptTokenizerFiles Kept { get; }

    public JsonObject Model => Root["model"] as JsonObject ?? throw Unusable("tokenizer.json has no model");

    public static TokenizerFiles Load(string directory)
    {
        string path = Path.Combine(directory, FileName);
        if (!ModelFile.Exists(path)) throw new StageFailedException(StageFailureClass.UserData, $"{directory} has no tokenizer.json: transformers writes one, from vocab.json and merges.txt too, by AutoTokenizer.from_pretrained(…).save_pretrained(…)");
        return new TokenizerFiles(directory, ModelFile.Read(path, MaxBytes), TokenizerConfigFile.Read(directory)
            ?? throw new StageFailedException(StageFailureClass.UserData, $"{directory} has no tokenizer_config.json, which names the end token"));
    }

    /// <summary>The files of a new tokenizer. The special tokens are part of the vocabulary.</summary>
    public static TokenizerFiles Create(string origin, IReadOnlyList<string> special, string eos, string pad, JsonObject? preTokenizer, JsonObject? decoder, JsonObject model)
    {
        var vocabulary = (JsonObject)model["vocab"]!;
        var root = new JsonObject
        {
            ["version"] = "1.0",
            ["truncation"] = null,
            ["padding"] = null,
            ["added_tokens"] = new JsonArray([.. special.Select(content => new JsonObject
            {
                ["id"] = (int)vocabulary[content]!,
                ["content"] = content,
                ["single_word"] = false,
                ["lstrip"] = false,
                ["rstrip"] = false,
                ["normalized"] = false,
                ["special"] = true,
            })]),
            ["normalizer"] = null,
            ["pre_tokenizer"] = preTokenizer,
            ["post_processor"] = null,
            ["decoder"] = decoder,
            ["model"] = model,
        };
        var config = new JsonObject
        {
            ["tokenizer_class"] = "PreTrainedTokenizerFast",
            ["eos_token"] = eos,
            ["pad_token"] = pad,
            ["clean_up_tokenization_spaces"] = false,
        };
        return new TokenizerFiles(origin, JsonSerializer.SerializeToUtf8Bytes(root, ContractJson.Indented), config);
    }

    /// <summary>Token → id of the model's vocabulary.</summary>
    public Dictionary<string, int> Vocabulary()
    {
        JsonObject vocabulary = Model["vocab"] as JsonObject ?? throw Unusable("tokenizer.json has no model.vocab object");
        var ids = vocabulary.ToDictionary(entry => entry.Key, entry => Id(entry.Key, entry.Value), StringComparer.Ordinal);
        if (ids.Count == 0) throw Unusable("tokenizer.json has an empty model.vocab");
        var taken = new HashSet<int>();
        foreach (var (token, id) in ids)
        {
            if (!taken.Add(id)) throw Unusable($"tokenizer.json gives token {token} the id {id}, which another token has");
        }

        return ids;
    }

    /// <summary>Id of the token that the config names under <paramref name="key"/>; null when it names none.</summary>
    public int? ConfiguredId(string key, Func<string, int?> idOf)
    {
        if (TokenizerConfigFile.TokenText(Config, key) is not { } text)
            return Config[key] is not { } other ? null : throw Unusable($"tokenizer_config.json names {other.ToJsonString()} as {key}; a token's text is expected");
        return idOf(text) ?? throw Unusable($"tokenizer_config.json names {text} as {key}, but the vocabulary does not have it");
    }

    /// <summary>A setting of a part of the files that is on or off; null where it is not there.</summary>
    /// <param name="part">What sets it.</param>
    /// <param name="key">Its name.</param>
    /// <param name="place">What sets it, for the message.</param>
    public bool? Flag(JsonObject part, string key, string place) => part[key] switch
    {
        null => null,
        JsonValue value when value.TryGetValue(out bool on) => on,
        JsonNode other => throw Unusable($"{place} sets {key} to {other.ToJsonString()}; true or false is expected"),
    };

    /// <summary>The text of a node; null for any other kind of node, or none.</summary>
    public static string? TextOf(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    /// <summary>A setting of the model that is on or off; off where it is not there.</summary>
    public bool IsOn(string setting) => Model[setting] switch
    {
        null => false,
        JsonValue value when value.TryGetValue(out bool on) => on,
        JsonNode other => throw Unusable($"model.{setting} of tokenizer.json is {other.ToJsonString()}; true or false is expected"),
    };

    /// <summary>The failure, in one line: what a file says may be of any length and have any character in it.</summary>
    public StageFailedException Unusable(string what)
    {
        string shown = what.Length <= 2 * ShownCharacters ? what : $"{what[..ShownCharacters]}…{what[^ShownCharacters..]}";
        return new(StageFailureClass.UserData, $"{Origin}: {string.Concat(shown.Select(c => char.IsControl(c) ? ' ' : c))}");
    }

    /// <summary>A token's id. Lists are made as long as the largest one: a damaged id must not ask for gigabytes.</summary>
    public int Id(string token, JsonNode? value) => value is JsonValue number && number.TryGetValue(out int id) && id is >= 0 and < MaxIds
        ? id
        : throw Unusable($"tokenizer.json gives token {token} the id {value?.ToJsonString() ?? "null"}; an integer from 0 to {MaxIds - 1} is expected");
}
