using R1Pipeline.Contracts.Data;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Randomness;
using R1Pipeline.Data.Chat;
using R1Pipeline.Data.Rows;

namespace R1Pipeline.Data.Generators;

/// <summary>
/// The generated addition task as a stream of rows (quickstart.md 2, 3 and 5). Row i depends on the options, the seed and i alone, so that any
/// part of a source can be made again without the rest. Texts are words with single spaces; chat tokens and the end token are the template's.
/// </summary>
public static class AdditionRows
{
    /// <summary>The rows of a generated source, in order.</summary>
    public static IEnumerable<DataRow> Generate(DataSourceDefinition source)
    {
        ArgumentNullException.ThrowIfNull(source);
        AdditionOptions options = source.Addition ?? throw new ArgumentException($"source {source.Name} is not generated", nameof(source));
        long seed = options.Seed ?? throw new ArgumentException($"source {source.Name} has no seed: it is derived when the pipeline is compiled", nameof(source));
        return Enumerable.Range(1, options.Rows).Select(number => Row(source.Name, options, seed, number));
    }

    internal static string Tagged(string thought, string answer) => $"<think> {thought} </think> <answer> {answer} </answer>";

    private static DataRow Row(string source, AdditionOptions options, long seed, int number)
    {
        var random = new RandomStream(seed, "addition", 0, options.Split.ToString(), number);
        DataRow row = options.Split switch
        {
            AdditionSplit.Corpus => Corpus(options, ref random),
            AdditionSplit.Worked => Worked(ref random),
            AdditionSplit.Problems => Problem(AdditionPhrases.Of(random.NextBool(0.5)), heldOut: false, ref random),
            // Languages alternate: every even number of first rows holds as many of each.
            AdditionSplit.HeldOut => Problem(AdditionPhrases.Of(number % 2 == 1), heldOut: true, ref random),
            AdditionSplit.General => General(options, ref random),
            AdditionSplit.Pairs => Pair(options, ref random),
            _ => throw new ArgumentOutOfRangeException(nameof(options), options.Split, "no such split"),
        };
        return row with { Source = source, Line = number, Id = number.ToString() };
    }

    private static DataRow Corpus(AdditionOptions options, ref RandomStream random)
    {
        (string prompt, string response, AdditionPhrases phrases) = AdditionCorpus.Document(options, ref random);
        return Row(phrases, prompt) with { Response = response };
    }

    private static DataRow Worked(ref RandomStream random)
    {
        AdditionPhrases phrases = AdditionPhrases.Of(random.NextBool(0.5));
        AdditionPair pair = AdditionPair.Draw(ref random, heldOut: false);
        return Row(phrases, Question(pair, phrases)) with { Response = Tagged(AdditionWorking.Clean(pair, phrases), pair.Gold) };
    }

    private static DataRow Problem(AdditionPhrases phrases, bool heldOut, ref RandomStream random)
    {
        AdditionPair pair = AdditionPair.Draw(ref random, heldOut);
        return Row(phrases, Question(pair, phrases)) with { Gold = pair.Gold };
    }

    private static DataRow General(AdditionOptions options, ref RandomStream random)
    {
        SmallTalk talk = SmallTalk.Draw(AdditionPhrases.Of(random.NextBool(0.5)), ref random);
        AnswerQuality quality = random.NextBool(options.Unhelpful) ? SmallTalk.DrawUnhelpful(ref random) : AnswerQuality.Helpful;
        return Row(talk.Phrases, talk.Prompt) with
        {
            Response = Tagged(talk.Thought, talk.Answer(quality, talk.Phrases, ref random)),
            Must = talk.Must,
            MustNot = talk.MustNot,
        };
    }

    private static DataRow Pair(AdditionOptions options, ref RandomStream random)
    {
        SmallTalk talk = SmallTalk.Draw(AdditionPhrases.Of(random.NextBool(0.5)), ref random);
        string helpful = talk.Answer(AnswerQuality.Helpful, talk.Phrases, ref random);
        string unhelpful = talk.Answer(SmallTalk.DrawUnhelpful(ref random), talk.Phrases, ref random);
        bool flipped = random.NextBool(options.LabelFlip);
        return Row(talk.Phrases, talk.Prompt) with { Chosen = flipped ? unhelpful : helpful, Rejected = flipped ? helpful : unhelpful };
    }

    private static string Question(AdditionPair pair, AdditionPhrases phrases) => phrases.Ask(AdditionPair.Spaced(pair.A), AdditionPair.Spaced(pair.B));

    private static DataRow Row(AdditionPhrases phrases, string prompt) =>
        new() { Source = "", Line = 0, Id = "", Language = phrases.Language, Prompt = [new ChatMessage("user", prompt)] };
}
