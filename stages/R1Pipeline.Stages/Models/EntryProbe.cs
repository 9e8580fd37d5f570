using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Chat;
using R1Pipeline.Data.Rows;
using R1Pipeline.Data.Sequences;
using R1Pipeline.Training.Model;

namespace R1Pipeline.Stages.Models;

/// <summary>
/// The check at a stage's entry (design.md 4): do tokenizer, chat template and weights fit together, does a response end with the token that
/// generation stops at, is that token trained, and does exactly one side write <c>&lt;think&gt;</c>? A mismatch would train to the end and be worthless,
/// so it stops the stage with the rendered prompt in the message.
/// </summary>
internal static class EntryProbe
{
    private const string OpenThink = "<think>";

    private const int MaxShownCharacters = 2000;

    private static readonly DataRow Example = new()
    {
        Source = "entry-probe",
        Line = 1,
        Id = "1",
        Language = "en",
        Prompt = [new ChatMessage("user", "what is 1 2 3 + 4 5 6 ?")],
        Think = "the sum is 5 7 9 .",
        Answer = "5 7 9",
    };

    /// <summary>Probes a model with one example conversation.</summary>
    /// <param name="text">Its tokenizer and template.</param>
    /// <param name="config">Its shape.</param>
    /// <param name="what">How the message names it.</param>
    /// <exception cref="StageFailedException">Something does not fit; the message names it and shows the rendered prompt.</exception>
    public static void Check(ModelText text, DecoderConfig config, string what)
    {
        if (Problem(text, config) is not { } problem) return;
        string prompt = text.Template.RenderPrompt(Example.Prompt!).Replace("\n", "\\n", StringComparison.Ordinal);
        if (prompt.Length > MaxShownCharacters) prompt = prompt[..MaxShownCharacters] + "…";
        throw new StageFailedException(
            StageFailureClass.UserData, $"{what}: {problem}. Chat template {text.Template.Name} renders this prompt: {prompt}");
    }

    private static string? Problem(ModelText text, DecoderConfig config)
    {
        var tokenizer = text.Tokenizer;
        if (tokenizer.VocabularySize > config.VocabularySize)
        {
            return $"the tokenizer has {tokenizer.VocabularySize} entries but the model's vocabulary only {config.VocabularySize}; use the tokenizer that the model was made with";
        }

        var sequence = text.Conversation(Example, int.MaxValue).Sequence!;
        return EndProblem(text, sequence) ?? ThinkProblem(text, sequence);
    }

    private static string? EndProblem(ModelText text, TrainingSequence sequence)
    {
        var tokenizer = text.Tokenizer;
        if (sequence.Ids[^1] != tokenizer.EosId)
        {
            return $"a response ends with {tokenizer.TokenOf(sequence.Ids[^1])}, but generation stops at {tokenizer.TokenOf(tokenizer.EosId)}; a trained model would never stop";
        }

        if (sequence.LossFrom >= sequence.Ids.Length) return "the end token of a response carries no loss; a trained model would never stop";
        return sequence.Ids.AsSpan(0, sequence.LossFrom).SequenceEqual(text.Sequences.Prompt(Example))
            ? null
            : "training and sampling see different prompt tokens";
    }

    private static string? ThinkProblem(ModelText text, TrainingSequence sequence)
    {
        bool promptOpens = text.Template.RenderPrompt(Example.Prompt!).AsSpan().TrimEnd().EndsWith(OpenThink, StringComparison.Ordinal);
        bool responseOpens = text.Tokenizer.Decode(sequence.Ids.AsSpan(sequence.LossFrom)).Contains(OpenThink, StringComparison.Ordinal);
        if (promptOpens == responseOpens) return promptOpens ? "prompt and response both open <think>" : "neither prompt nor response opens <think>";
        return promptOpens == (text.Template.ThinkOwner == ThinkOwner.Prompt) ? null : "the template misstates who opens <think>";
    }
}
