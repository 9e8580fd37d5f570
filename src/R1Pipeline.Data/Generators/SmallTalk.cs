using R1Pipeline.Contracts.Randomness;

namespace R1Pipeline.Data.Generators;

/// <summary>Small talk about a topic: the prompt, and answers of the four qualities.</summary>
internal readonly record struct SmallTalk(AdditionPhrases Phrases, int Topic)
{
    public string Prompt => Phrases.TellMe(Phrases.Topics[Topic]);

    public string Thought => Phrases.UserAsks(Phrases.Topics[Topic]);

    /// <summary>Words of a helpful answer.</summary>
    public IReadOnlyList<string> Must => [Phrases.Topics[Topic], Phrases.Thanks];

    /// <summary>Words of rude and ignorant answers, and of all other topics.</summary>
    public IReadOnlyList<string> MustNot
    {
        get
        {
            string own = Phrases.Topics[Topic];
            return [.. Phrases.UnhelpfulWords, .. Phrases.Topics.Where(topic => topic != own)];
        }
    }

    public static SmallTalk Draw(AdditionPhrases phrases, ref RandomStream random) => new(phrases, random.NextInt(phrases.Topics.Count));

    /// <summary>The final answer, in this or the other language.</summary>
    public string Answer(AnswerQuality quality, AdditionPhrases language, ref RandomStream random)
    {
        switch (quality)
        {
            case AnswerQuality.Rude: return language.Rude;
            case AnswerQuality.Ignorant: return language.Ignorant;
        }

        int topic = quality == AnswerQuality.Helpful ? Topic : (Topic + 1 + random.NextInt(language.Topics.Count - 1)) % language.Topics.Count;
        return language.Praise(language.Topics[topic], language.Adjectives[random.NextInt(language.Adjectives.Count)]);
    }

    /// <summary>One of the three unhelpful kinds, uniform.</summary>
    public static AnswerQuality DrawUnhelpful(ref RandomStream random) => AnswerQuality.OffTopic + random.NextInt(3);
}
