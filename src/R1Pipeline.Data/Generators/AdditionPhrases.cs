namespace R1Pipeline.Data.Generators;

/// <summary>The templates of quickstart.md 2, literally, in one language. Everything is words with single spaces between.</summary>
internal sealed class AdditionPhrases
{
    public static readonly AdditionPhrases English = new()
    {
        Language = "en",
        Places = ["ones", "tens", "hundreds"],
        Colon = ":",
        Comma = ",",
        Stop = ".",
        Carry = "carry",
        Topics = ["cat", "dog", "tea", "rain", "music", "sea", "moon", "book", "train", "tree"],
        Adjectives = ["nice", "small", "big", "warm", "quiet"],
        Rude = "go away .",
        Ignorant = "i do not know .",
        Thanks = "thank",
        UnhelpfulWords = ["go", "away", "know"],
        Ask = (a, b) => $"what is {a} + {b} ?",
        SumIs = number => $"the sum is {number} .",
        AnswerIs = number => $"the answer is {number} .",
        TellMe = topic => $"tell me about the {topic} .",
        UserAsks = topic => $"the user asks about the {topic} .",
        Praise = (topic, adjective) => $"the {topic} is very {adjective} . thank you .",
    };

    public static readonly AdditionPhrases Chinese = new()
    {
        Language = "zh",
        Places = ["个 位", "十 位", "百 位"],
        Colon = "：",
        Comma = "，",
        Stop = "。",
        Carry = "进",
        Topics = ["猫", "狗", "茶", "雨", "歌", "海", "月", "书", "车", "树"],
        Adjectives = ["好", "小", "大", "暖", "静"],
        Rude = "走 开 。",
        Ignorant = "我 不 知 道 。",
        Thanks = "谢",
        UnhelpfulWords = ["走", "开", "知"],
        Ask = (a, b) => $"{a} + {b} 等 于 多 少 ？",
        SumIs = number => $"和 是 {number} 。",
        AnswerIs = number => $"答 案 是 {number} 。",
        TellMe = topic => $"说 说 {topic} 。",
        UserAsks = topic => $"用 户 问 {topic} 。",
        Praise = (topic, adjective) => $"{topic} 很 {adjective} 。 谢 谢 你 。",
    };

    public required string Language { get; init; }

    public required IReadOnlyList<string> Places { get; init; }

    public required string Colon { get; init; }

    public required string Comma { get; init; }

    public required string Stop { get; init; }

    public required string Carry { get; init; }

    public required IReadOnlyList<string> Topics { get; init; }

    public required IReadOnlyList<string> Adjectives { get; init; }

    public required string Rude { get; init; }

    public required string Ignorant { get; init; }

    public required string Thanks { get; init; }

    /// <summary>Words that occur in rude and ignorant answers only.</summary>
    public required IReadOnlyList<string> UnhelpfulWords { get; init; }

    public required Func<string, string, string> Ask { get; init; }

    public required Func<string, string> SumIs { get; init; }

    public required Func<string, string> AnswerIs { get; init; }

    public required Func<string, string> TellMe { get; init; }

    public required Func<string, string> UserAsks { get; init; }

    public required Func<string, string, string> Praise { get; init; }

    public AdditionPhrases Other => this == English ? Chinese : English;

    public static AdditionPhrases Of(bool english) => english ? English : Chinese;
}
