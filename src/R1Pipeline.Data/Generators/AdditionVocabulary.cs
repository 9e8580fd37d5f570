namespace R1Pipeline.Data.Generators;

/// <summary>The closed vocabulary of the generated task: 111 tokens, the order is the id order (quickstart.md 2).</summary>
public static class AdditionVocabulary
{
    private const string EnglishWords =
        "what is compute ones tens hundreds carry sum the answer tell me about user asks nice small big warm quiet thank you and go away very i do not know "
        + "cat dog tea rain music sea moon book train tree";

    private const string ChineseWords =
        "等 于 多 少 计 算 个 十 百 位 进 和 是 答 案 说 用 户 问 好 小 大 暖 静 谢 你 走 开 很 我 不 知 道 猫 狗 茶 雨 歌 海 月 书 车 树";

    /// <summary>Fills a batch.</summary>
    public const string Pad = "<pad>";

    /// <summary>Ends a turn.</summary>
    public const string Eos = "<eos>";

    /// <summary>Special tokens.</summary>
    public static IReadOnlyList<string> Special { get; } = [Pad, Eos, "<|user|>", "<|assistant|>", "<think>", "</think>", "<answer>", "</answer>"];

    /// <summary>The English words.</summary>
    public static IReadOnlyList<string> English { get; } = EnglishWords.Split(' ');

    /// <summary>The Chinese characters.</summary>
    public static IReadOnlyList<string> Chinese { get; } = ChineseWords.Split(' ');

    /// <summary>All tokens in id order: special tokens, digits, symbols, English words, Chinese characters.</summary>
    public static IReadOnlyList<string> All { get; } =
        [.. Special, .. "0 1 2 3 4 5 6 7 8 9".Split(' '), .. "+ = ? . , : ？ 。 ， ：".Split(' '), .. English, .. Chinese];
}
