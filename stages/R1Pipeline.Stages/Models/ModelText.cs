using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Chat;
using R1Pipeline.Data.Rows;
using R1Pipeline.Data.Sequences;
using R1Pipeline.Data.Tokenizers;
using R1Pipeline.Rewards;

namespace R1Pipeline.Stages.Models;

/// <summary>The text side of a model: how messages become its token ids and its token ids become text. Holds no weights.</summary>
internal sealed class ModelText
{
    private const string OpenThink = "<think>";

    /// <summary>The text side of a model with this tokenizer and template.</summary>
    /// <exception cref="StageFailedException">The template's tokens are not in the tokenizer, or generation would not stop where a turn ends.</exception>
    public ModelText(ITokenizer tokenizer, ChatTemplate template)
        : this(tokenizer, template, [])
    {
    }

    private ModelText(ITokenizer tokenizer, ChatTemplate template, IEnumerable<int> otherEnds)
    {
        (Tokenizer, Template, StopIds) = (tokenizer, template, [.. otherEnds.Prepend(tokenizer.EosId).Distinct()]);
        Sequences = new SequenceBuilder(tokenizer, template);
    }

    /// <summary>The tokenizer.</summary>
    public ITokenizer Tokenizer { get; }

    /// <summary>The chat template.</summary>
    public ChatTemplate Template { get; }

    /// <summary>The tokens each of which ends an output: the one that ends a turn, and those of the model's configuration.</summary>
    public IReadOnlyList<int> StopIds { get; }

    /// <summary>Rows to token sequences.</summary>
    public SequenceBuilder Sequences { get; }

    /// <summary>How language consistency counts words: a closed word list has no variables of one letter.</summary>
    public LanguageRule LanguageRule => Tokenizer.IsWordLevel ? LanguageRule.WordList : LanguageRule.RunningText;

    /// <summary>Reads tokenizer and chat template of a model folder.</summary>
    public static ModelText Load(string directory)
    {
        ITokenizer tokenizer = TokenizerFolder.Load(directory);
        return new ModelText(tokenizer, ChatTemplate.Load(directory, tokenizer), GenerationConfigFile.EndTokens(directory));
    }

    /// <summary>Writes tokenizer and chat template into a model folder.</summary>
    public void Save(string directory)
    {
        Tokenizer.Save(directory);
        Template.Save(directory);
    }

    /// <summary>
    /// An output as a whole response, the way that rewards, rules and datasets take it: without its end token, and with the
    /// <c>&lt;think&gt;</c> that the template gave to the prompt.
    /// </summary>
    /// <param name="outputIds">Sampled token ids, the end token included where there is one.</param>
    public string Completion(ReadOnlySpan<int> outputIds)
    {
        if (outputIds.Length > 0 && StopIds.Contains(outputIds[^1])) outputIds = outputIds[..^1];
        string text = Tokenizer.Decode(outputIds);
        if (Template.ThinkOwner == ThinkOwner.Prompt) return $"{OpenThink}\n{text}";
        return text.StartsWith(Template.ResponsePrefix, StringComparison.Ordinal) ? text[Template.ResponsePrefix.Length..] : text;
    }

    /// <summary>The inverse for training: a row's conversation, its response without the <c>&lt;think&gt;</c> where the prompt already has it.</summary>
    public BuiltSequence Conversation(DataRow row, int maxTokens)
    {
        bool doubled = Template.ThinkOwner == ThinkOwner.Prompt && row.Response?.StartsWith(OpenThink, StringComparison.Ordinal) == true;
        return Sequences.Conversation(doubled ? row with { Response = row.Response![OpenThink.Length..].TrimStart('\n') } : row, maxTokens);
    }

    /// <summary>An output as the reward rules take it.</summary>
    public RewardInput RewardInput(DataRow row, ReadOnlySpan<int> outputIds, bool finished) =>
        new(Completion(outputIds), finished, row.Gold, row.Language, row.Must, row.MustNot) { Task = row.Task, NumTokens = outputIds.Length };
}
