using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Randomness;

namespace R1Pipeline.Data.Generators;

/// <summary>
/// The noisy pretraining documents (quickstart.md 3). Their main fault is systematic and document-wide (careless authors), which is what makes the
/// base weak and reinforcement learning effective.
/// </summary>
internal static class AdditionCorpus
{
    // Shares of quickstart.md 3 that no option changes.
    private const double HelpfulShare = 0.40;
    private const double OffTopicShare = 0.25;
    private const double RudeShare = 0.20;
    private const double GeneralTagged = 0.5;
    private const double GeneralOtherLanguage = 0.15;
    private const double WellTagged = 0.4;
    private const double BrokenTags = 0.2;

    /// <summary>Prompt and response of one document; broken tags and all, without the end token.</summary>
    public static (string Prompt, string Response, AdditionPhrases Phrases) Document(AdditionOptions options, ref RandomStream random)
    {
        AdditionPhrases phrases = AdditionPhrases.Of(random.NextBool(0.5));
        if (random.NextBool(options.GeneralShare)) return General(phrases, ref random);

        AdditionPair pair = AdditionPair.Draw(ref random, heldOut: false);
        string prompt = phrases.Ask(AdditionPair.Spaced(pair.A), AdditionPair.Spaced(pair.B));
        return random.NextBool(options.PlainShare)
            ? (prompt, Plain(pair, phrases, options, ref random), phrases)
            : (prompt, Worked(pair, phrases, options, ref random), phrases);
    }

    private static (string Prompt, string Response, AdditionPhrases Phrases) General(AdditionPhrases phrases, ref RandomStream random)
    {
        SmallTalk talk = SmallTalk.Draw(phrases, ref random);
        AnswerQuality quality = random.NextDouble() switch
        {
            < HelpfulShare => AnswerQuality.Helpful,
            < HelpfulShare + OffTopicShare => AnswerQuality.OffTopic,
            < HelpfulShare + OffTopicShare + RudeShare => AnswerQuality.Rude,
            _ => AnswerQuality.Ignorant,
        };
        bool tagged = random.NextBool(GeneralTagged);
        AdditionPhrases language = random.NextBool(GeneralOtherLanguage) ? phrases.Other : phrases;
        string answer = talk.Answer(quality, language, ref random);
        return (talk.Prompt, tagged ? AdditionRows.Tagged(talk.Thought, answer) : answer, phrases);
    }

    private static string Plain(AdditionPair pair, AdditionPhrases phrases, AdditionOptions options, ref RandomStream random)
    {
        string number = random.NextBool(options.PlainRight) ? pair.Gold : AdditionWorking.ReplaceDigit(pair.Gold, ref random);
        return phrases.AnswerIs(number);
    }

    private static string Worked(AdditionPair pair, AdditionPhrases phrases, AdditionOptions options, ref RandomStream random)
    {
        double language = random.NextDouble();
        bool switches = language < options.CodeSwitch;
        AdditionPhrases main = !switches && language < options.CodeSwitch + options.OtherLanguage ? phrases.Other : phrases;
        double tags = random.NextDouble();
        int broken = random.NextInt(3);
        (string text, string number) = AdditionWorking.Noisy(pair, main, switches, options, ref random);
        if (tags < WellTagged) return AdditionRows.Tagged(text, number);
        if (tags >= WellTagged + BrokenTags) return text;
        return broken switch
        {
            0 => $"<think> {text} <answer> {number} </answer>",
            1 => $"<think> {text} </think> {number}",
            _ => $"{text} <answer> {number} </answer>",
        };
    }
}
