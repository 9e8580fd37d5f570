using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Tokenizers;

namespace R1Pipeline.Tests.Data.Tokenizers;

public class BpeTrainerTests
{
    private static readonly string[] Texts =
    [
        "the cat and the dog and the hat", "what the 12345 is that", "小明有5个苹果，吃了2个。小明还剩3个苹果。", "don't stop the train, the train can't stop", "  indented\n\n\tand\r\nbroken lines  ", "<think>the</think>",
    ];

    [Fact]
    public void Train_FirstMerges_AreTheMostFrequentPairs()
    {
        ITokenizer tokenizer = BpeTrainer.Train(["ab ab ab", "ab cb cb"], new TrainTokenizerOptions { VocabularySize = 300, MinFrequency = 2 });
        int bytes = 8 + 256;
        // "ab" occurs four times; of the pairs that occur twice, those with smaller ids come first, and the space's is the largest.
        Assert.Equal(["ab", "cb", "Ġab", "Ġcb"], Enumerable.Range(bytes, tokenizer.VocabularySize - bytes).Select(tokenizer.TokenOf));
    }

    [Fact]
    public void Train_EqualCounts_TakeTheSmallerIds()
    {
        ITokenizer tokenizer = BpeTrainer.Train(["xy", "xy", "ab", "ab"], new TrainTokenizerOptions { VocabularySize = 300 });
        Assert.Equal(["ab", "xy"], Enumerable.Range(264, 2).Select(tokenizer.TokenOf));
    }

    [Fact]
    public void Train_AgainstRecountingFromScratch_GivesTheSameMerges()
    {
        var options = new TrainTokenizerOptions { VocabularySize = 340, MinFrequency = 2 };
        ITokenizer tokenizer = BpeTrainer.Train(Texts, options);
        Assert.Equal(SlowMerges(Texts, options), Enumerable.Range(264, tokenizer.VocabularySize - 264).Select(tokenizer.TokenOf));
    }

    [Fact]
    public void Train_Twice_WritesEqualFiles()
    {
        var files = new List<byte[]>();
        for (int i = 0; i < 2; i++)
        {
            string folder = Directory.CreateTempSubdirectory("r1-bpe-").FullName;
            BpeTrainer.Train(Texts, new TrainTokenizerOptions { VocabularySize = 320 }).Save(folder);
            files.Add(File.ReadAllBytes(Path.Combine(folder, "tokenizer.json")));
            Directory.Delete(folder, recursive: true);
        }

        Assert.Equal(files[0], files[1]);
    }

    [Fact]
    public void Encode_TrainedTokenizer_RoundTripsAnyTextAndKeepsDigitsSingle()
    {
        ITokenizer tokenizer = BpeTrainer.Train(Texts, new TrainTokenizerOptions { VocabularySize = 320 });
        foreach (string text in Texts.Append("unseen: 😀 𝕏 é\u0301 \0 ß <eos> <|user|>x")) Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text)));
        Assert.Equal(5, tokenizer.Encode("12345").Length);
        Assert.Equal(tokenizer.IdOf("<think>"), tokenizer.Encode("a<think>b")[1]);
        Assert.Equal((0, 1), (tokenizer.PadId, tokenizer.EosId));
    }

    [Fact]
    public void SaveAndLoad_TrainedTokenizer_GivesTheSameIds()
    {
        string folder = Directory.CreateTempSubdirectory("r1-bpe-").FullName;
        ITokenizer tokenizer = BpeTrainer.Train(Texts, new TrainTokenizerOptions { VocabularySize = 320 });
        tokenizer.Save(folder);
        ITokenizer loaded = TokenizerFolder.Load(folder);
        Assert.All(Texts, text => Assert.Equal(tokenizer.Encode(text), loaded.Encode(text)));
        Assert.False(loaded.IsWordLevel);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Train_SpecialTokensInTheText_AreNoMaterial()
    {
        ITokenizer tokenizer = BpeTrainer.Train(Enumerable.Repeat("<think>ab</think>", 50), new TrainTokenizerOptions { VocabularySize = 300 });
        Assert.Equal(["ab"], Enumerable.Range(264, tokenizer.VocabularySize - 264).Select(tokenizer.TokenOf));
    }

    [Fact]
    public void Train_TextThatGivesNoMerge_Fails() => Assert.Throws<StageFailedException>(() => BpeTrainer.Train(["a"], new TrainTokenizerOptions()));

    [Fact]
    public void Train_EndTokenNotSpecial_Fails() =>
        Assert.Contains("<end>", Assert.Throws<StageFailedException>(() => BpeTrainer.Train(Texts, new TrainTokenizerOptions { EosToken = "<end>" })).Message, StringComparison.Ordinal);

    [Fact]
    public void Train_VocabularyWithoutRoom_Fails() =>
        Assert.Throws<StageFailedException>(() => BpeTrainer.Train(Texts, new TrainTokenizerOptions { VocabularySize = 300, SpecialTokens = [.. Enumerable.Range(0, 50).Select(i => $"<{i}>"), "<eos>", "<pad>"] }));

    /// <summary>The definition, without any bookkeeping: count all pairs, merge the best, start over.</summary>
    private static List<string> SlowMerges(IReadOnlyList<string> texts, TrainTokenizerOptions options)
    {
        List<string> vocabulary = [.. options.SpecialTokens, .. ByteAlphabet.Sorted.Select(c => c.ToString())];
        var pieces = new List<List<string>>();
        foreach (string text in texts)
        {
            foreach (string part in System.Text.RegularExpressions.Regex.Split(text, "<think>|</think>"))
            {
                for (int start = 0; start < part.Length;)
                {
                    int end = QwenPreTokenizer.NextEnd(part, start);
                    pieces.Add([.. ByteAlphabet.Spell(part.AsSpan(start, end - start)).Select(c => c.ToString())]);
                    start = end;
                }
            }
        }

        while (vocabulary.Count < options.VocabularySize)
        {
            var counts = new Dictionary<(string Left, string Right), int>();
            foreach (List<string> piece in pieces)
            {
                for (int i = 0; i + 1 < piece.Count; i++) counts[(piece[i], piece[i + 1])] = counts.GetValueOrDefault((piece[i], piece[i + 1])) + 1;
            }

            var best = counts.Where(entry => entry.Value >= options.MinFrequency).OrderByDescending(entry => entry.Value).ThenBy(entry => vocabulary.IndexOf(entry.Key.Left)).ThenBy(entry => vocabulary.IndexOf(entry.Key.Right)).FirstOrDefault();
            if (best.Value == 0) break;
            string merged = best.Key.Left + best.Key.Right;
            if (!vocabulary.Contains(merged)) vocabulary.Add(merged);
            foreach (List<string> piece in pieces)
            {
                for (int i = 0; i + 1 < piece.Count; i++)
                {
                    if (piece[i] != best.Key.Left || piece[i + 1] != best.Key.Right) continue;
                    piece[i] = merged;
                    piece.RemoveAt(i + 1);
                }
            }
        }

        return vocabulary[264..];
    }
}
