using R1Pipeline.Contracts.Data;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Data.Chat;
using R1Pipeline.Data.Generators;
using R1Pipeline.Data.Rows;
using R1Pipeline.Data.Sequences;
using R1Pipeline.Data.Tokenizers;

namespace R1Pipeline.Tests.Data.Generators;

/// <summary>The generated task against quickstart.md: texts literally, shares within five standard errors.</summary>
public class AdditionRowsTests
{
    private static readonly ITokenizer Tokenizer = TokenizerNames.Create("addition");

    [Fact]
    public void Vocabulary_IsTheClosedListInIdOrder()
    {
        Assert.Equal(111, AdditionVocabulary.All.Count);
        Assert.Equal(111, AdditionVocabulary.All.Distinct().Count());
        Assert.Equal(40, AdditionVocabulary.English.Count);
        Assert.Equal(43, AdditionVocabulary.Chinese.Count);
        Assert.Equal(111, Tokenizer.VocabularySize);
        Assert.Equal((0, 1, 8, 18, 28, 68, 110), (Tokenizer.IdOf("<pad>"), Tokenizer.IdOf("<eos>"), Tokenizer.IdOf("0"), Tokenizer.IdOf("+"), Tokenizer.IdOf("what"), Tokenizer.IdOf("等"), Tokenizer.IdOf("树")));
        Assert.Equal((0, 1), (Tokenizer.PadId, Tokenizer.EosId));
    }

    [Theory]
    [InlineData("en", "<|user|> what is 3 4 5 + 6 7 8 ? <|assistant|> <think> ones : 5 + 8 = 1 3 , carry 1 . tens : 4 + 7 + 1 = 1 2 , carry 1 . hundreds : 3 + 6 + 1 = 1 0 , carry 1 . the sum is 1 0 2 3 . </think> <answer> 1 0 2 3 </answer> <eos>")]
    [InlineData("zh", "<|user|> 3 4 5 + 6 7 8 等 于 多 少 ？ <|assistant|> <think> 个 位 ： 5 + 8 = 1 3 ， 进 1 。 十 位 ： 4 + 7 + 1 = 1 2 ， 进 1 。 百 位 ： 3 + 6 + 1 = 1 0 ， 进 1 。 和 是 1 0 2 3 。 </think> <answer> 1 0 2 3 </answer> <eos>")]
    public void CleanAddition_ThroughTemplateAndTokenizer_IsTheQuickstartsTextLiterally(string language, string expected)
    {
        AdditionPhrases phrases = AdditionPhrases.Of(language == "en");
        var pair = new AdditionPair(345, 678);
        var row = new DataRow
        {
            Source = "s",
            Line = 1,
            Id = "1",
            Language = language,
            Prompt = [new ChatMessage("user", phrases.Ask("3 4 5", "6 7 8"))],
            Response = AdditionRows.Tagged(AdditionWorking.Clean(pair, phrases), pair.Gold),
        };
        TrainingSequence sequence = new SequenceBuilder(Tokenizer, ChatTemplate.Named("addition")).Conversation(row, 128).Sequence!;
        Assert.Equal(expected, Tokenizer.Decode(sequence.Ids));
    }

    [Fact]
    public void CleanAddition_SmallSums_HaveNoLeadingZero() =>
        Assert.StartsWith("ones : 0 + 7 = 7 , carry 0 . tens : 0 + 0 + 0 = 0 , carry 0 . hundreds : 1 + 1 + 0 = 2 , carry 0 . the sum is 2 0 7 .", AdditionWorking.Clean(new AdditionPair(100, 107), AdditionPhrases.English), StringComparison.Ordinal);

    [Fact]
    public void General_BothLanguages_FollowTheTemplates()
    {
        DataRow[] rows = Rows(AdditionSplit.General, 400, options => options with { Unhelpful = 0 });
        Assert.All(rows, row => Assert.Matches(
            row.Language == "en"
                ? @"^<think> the user asks about the (\w+) \. </think> <answer> the \1 is very (nice|small|big|warm|quiet) \. thank you \. </answer>$"
                : @"^<think> 用 户 问 (\w) 。 </think> <answer> \1 很 (好|小|大|暖|静) 。 谢 谢 你 。 </answer>$",
            row.Response!));
        Assert.Contains(rows, row => row.Prompt![0].Content == "tell me about the cat .");
        Assert.Contains(rows, row => row.Prompt![0].Content == "说 说 猫 。");
    }

    [Fact]
    public void General_UnhelpfulShare_IsAsAskedAndNeverPassesItsOwnWords()
    {
        DataRow[] rows = Rows(AdditionSplit.General, 4000, options => options with { Unhelpful = 0.3 });
        int unhelpful = 0;
        foreach (DataRow row in rows)
        {
            bool helpful = R1Pipeline.Rewards.GeneralAnswer.IsHelpful(R1Pipeline.Rewards.AnswerExtraction.AnswerBlock(row.Response!)!, row.Must!, row.MustNot!);
            if (!helpful) unhelpful++;
        }

        AssertShare(0.3, unhelpful, rows.Length);
        Assert.All(rows, row => Assert.False(row.IsReasoning));
    }

    [Fact]
    public void HeldOut_EvenCount_HasEachLanguageEquallyAndOnlyHeldOutPairs()
    {
        DataRow[] rows = Rows(AdditionSplit.HeldOut, 400);
        Assert.Equal(200, rows.Count(row => row.Language == "en"));
        Assert.Equal(30, rows.Take(60).Count(row => row.Language == "zh"));
        Assert.All(rows, row => Assert.True(PairOf(row).IsHeldOut));
        Assert.All(rows, row => Assert.Equal(PairOf(row).Gold, row.Gold));
    }

    [Theory]
    [InlineData(AdditionSplit.Corpus)]
    [InlineData(AdditionSplit.Worked)]
    [InlineData(AdditionSplit.Problems)]
    public void OtherSplits_NeverShowAHeldOutPair(AdditionSplit split) =>
        Assert.All(Rows(split, 5000).Where(row => row.Prompt![0].Content.Contains('+')), row => Assert.False(PairOf(row).IsHeldOut));

    [Fact]
    public void HeldOutRule_TakesATenthOfAllPairs()
    {
        int heldOut = 0;
        for (int a = 100; a < 1000; a++)
        {
            for (int b = 100; b < 1000; b++)
            {
                if (new AdditionPair(a, b).IsHeldOut) heldOut++;
            }
        }

        AssertShare(0.1, heldOut, 810_000);
        // Computed apart from this code, with the same formula in another language.
        Assert.Equal([100, 106, 110, 114, 116], Enumerable.Range(100, 30).Where(b => new AdditionPair(100, b).IsHeldOut));
    }

    [Fact]
    public void Rows_AnyOneOfThem_DependsOnItsNumberAlone()
    {
        foreach (AdditionSplit split in Enum.GetValues<AdditionSplit>())
        {
            DataRow[] few = Rows(split, 20);
            DataRow[] many = Rows(split, 40);
            Assert.Equal(few.Select(Fingerprint), many.Take(20).Select(Fingerprint));
            Assert.NotEqual(few.Select(Fingerprint), Rows(split, 20, options => options with { Seed = 2 }).Select(Fingerprint));
        }
    }

    [Fact]
    public void Worked_EveryRow_IsRight()
    {
        foreach (DataRow row in Rows(AdditionSplit.Worked, 500))
        {
            Assert.Equal(PairOf(row).Gold, R1Pipeline.Rewards.AnswerExtraction.AnswerBlock(row.Response!)!.Trim());
            Assert.Equal(1, R1Pipeline.Rewards.LanguageReward.Count(row.Response!, R1Pipeline.Rewards.LanguageRule.WordList).Ratio(row.Language));
        }
    }

    [Fact]
    public void Pairs_AreUntaggedWithTheAskedShareFlipped()
    {
        DataRow[] rows = Rows(AdditionSplit.Pairs, 4000);
        Assert.All(rows, row => Assert.DoesNotContain("<", row.Chosen + row.Rejected, StringComparison.Ordinal));
        int flipped = rows.Count(row => !IsHelpfulTo(row, row.Chosen!));
        AssertShare(0.05, flipped, rows.Length);
        Assert.All(rows, row => Assert.NotEqual(IsHelpfulTo(row, row.Chosen!), IsHelpfulTo(row, row.Rejected!)));
    }

    [Fact]
    public void Corpus_Shares_AreThoseOfTheQuickstart()
    {
        DataRow[] rows = Rows(AdditionSplit.Corpus, 20_000);
        DataRow[] addition = [.. rows.Where(row => row.Prompt![0].Content.Contains('+'))];
        DataRow[] plain = [.. addition.Where(row => row.Response!.StartsWith("the answer is", StringComparison.Ordinal) || row.Response!.StartsWith("答 案 是", StringComparison.Ordinal))];
        DataRow[] worked = [.. addition.Except(plain)];
        AssertShare(0.15, rows.Length - addition.Length, rows.Length);
        AssertShare(0.25, plain.Length, addition.Length);
        AssertShare(0.35, plain.Count(row => row.Response!.Contains($" {PairOf(row).Gold} ", StringComparison.Ordinal)), plain.Length);
        AssertShare(0.5, rows.Count(row => row.Language == "en"), rows.Length);

        string[] tags = ["<think>", "</think>", "<answer>", "</answer>"];
        int[] numTags = [.. worked.Select(row => tags.Count(tag => row.Response!.Contains(tag, StringComparison.Ordinal)))];
        AssertShare(0.4, numTags.Count(count => count == 4), worked.Length);
        AssertShare(0.4, numTags.Count(count => count == 0), worked.Length);
        AssertShare(0.2 / 3, numTags.Count(count => count == 3), worked.Length);

        int careful = worked.Count(row => LastLineIsRight(row));
        // Careless authors drop carries in most problems; what is left right is far under the careful authors' own share.
        Assert.InRange((double)careful / worked.Length, 0.35, 0.65);

        int mixed = worked.Count(row => R1Pipeline.Rewards.LanguageReward.Count(row.Response!, R1Pipeline.Rewards.LanguageRule.WordList) is { English: > 0, Chinese: > 0 });
        // Code switchers whose four lines happen to agree look pure: one in eight.
        AssertShare(0.3 * 7 / 8, mixed, worked.Length);
        int other = worked.Count(row => R1Pipeline.Rewards.LanguageReward.Count(row.Response!, R1Pipeline.Rewards.LanguageRule.WordList).Ratio(row.Language) == 0);
        AssertShare(0.12 + (0.3 / 16), other, worked.Length);
    }

    [Fact]
    public void Corpus_OneEpoch_HasTheQuickstartsNumberOfTokens()
    {
        var builder = new SequenceBuilder(Tokenizer, ChatTemplate.Named("addition"));
        long tokens = Rows(AdditionSplit.Corpus, 30_000).Sum(row => (long)builder.Document(row, 128).Sum(sequence => sequence.Ids.Length));
        Assert.InRange(tokens, 1_455_000, 1_480_000);
    }

    [Fact]
    public void Generate_WithoutSeed_IsRefused() =>
        Assert.Throws<ArgumentException>(() => DataSourceReader.Read(new DataSourceDefinition { Name = "g", Addition = new AdditionOptions() }).First());

    private static bool LastLineIsRight(DataRow row) => row.Response!.Contains($" is {PairOf(row).Gold} .", StringComparison.Ordinal) || row.Response!.Contains($"是 {PairOf(row).Gold} 。", StringComparison.Ordinal);

    private static bool IsHelpfulTo(DataRow row, string answer)
    {
        AdditionPhrases phrases = AdditionPhrases.Of(row.Language == "en");
        string topic = phrases.Topics.Single(topic => row.Prompt![0].Content == phrases.TellMe(topic));
        return answer.Split(' ').Contains(topic);
    }

    private static AdditionPair PairOf(DataRow row)
    {
        string[] digits = [.. row.Prompt![0].Content.Split(' ').Where(word => word.Length == 1 && char.IsAsciiDigit(word[0]))];
        return new AdditionPair(int.Parse(string.Concat(digits[..3])), int.Parse(string.Concat(digits[3..])));
    }

    private static string Fingerprint(DataRow row) => string.Join('|', row.Id, row.Prompt![0].Content, row.Response, row.Gold, row.Chosen, row.Rejected, row.Language);

    private static DataRow[] Rows(AdditionSplit split, int count, Func<AdditionOptions, AdditionOptions>? change = null)
    {
        var options = new AdditionOptions { Split = split, Rows = count, Seed = 1 };
        return [.. DataSourceReader.Read(new DataSourceDefinition { Name = "g", Addition = change?.Invoke(options) ?? options })];
    }

    private static void AssertShare(double expected, int count, int total)
    {
        double error = 5 * Math.Sqrt(expected * (1 - expected) / total);
        Assert.InRange((double)count / total, expected - error, expected + error);
    }
}
