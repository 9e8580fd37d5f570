using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Chat;
using R1Pipeline.Data.Rows;
using R1Pipeline.Data.Tokenizers;
using R1Pipeline.Stages.Models;
using R1Pipeline.Training.Model;

namespace R1Pipeline.Training.Tests.Stages.Models;

public sealed class ModelTextTests
{
    private const string EndOfSentence = "<｜end▁of▁sentence｜>";

    [Fact]
    public void Completion_ModelWritesThink_IsTheOutputWithoutItsEndToken()
    {
        var text = Addition();
        int[] output = [.. text.Tokenizer.Encode("<think> 1 </think>"), text.Tokenizer.EosId];

        Assert.Equal("<think> 1 </think>", text.Completion(output));
        Assert.Equal("<think> 1 </think>", text.Completion(output.AsSpan()[..^1]));
    }

    [Fact]
    public void Completion_PromptWritesThink_PutsItBackInFront()
    {
        var text = DeepSeek();
        int[] output = [.. text.Tokenizer.Encode("one\n</think>\n\ntwo"), text.Tokenizer.EosId];

        Assert.Equal("<think>\none\n</think>\n\ntwo", text.Completion(output));
    }

    [Fact]
    public void Conversation_PromptWritesThink_TrainsTheResponseWithoutIt()
    {
        var text = DeepSeek();
        var row = Row() with { Response = text.Completion(text.Tokenizer.Encode("one\n</think>\n\ntwo")) };

        var sequence = text.Conversation(row, 1000).Sequence!;

        Assert.Equal("one\n</think>\n\ntwo" + EndOfSentence, text.Tokenizer.Decode(sequence.Ids.AsSpan(sequence.LossFrom)));
        Assert.EndsWith("<think>\n", text.Tokenizer.Decode(sequence.Ids.AsSpan(0, sequence.LossFrom)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("addition")]
    [InlineData("deepseek-r1")]
    public void EntryProbe_PartsThatFit_Pass(string template)
    {
        var text = template == "addition" ? Addition() : DeepSeek();

        EntryProbe.Check(text, Config(text.Tokenizer.VocabularySize), "model");
        EntryProbe.Check(text, Config(text.Tokenizer.VocabularySize + 8), "a model with padded embedding");
    }

    [Fact]
    public void EntryProbe_SmallerVocabulary_ShowsTheRenderedPrompt()
    {
        var failure = Assert.Throws<StageFailedException>(() => EntryProbe.Check(DeepSeek(), Config(100), "model of stage base"));

        Assert.Equal(StageFailureClass.UserData, failure.Failure);
        Assert.StartsWith("model of stage base: the tokenizer has", failure.Message, StringComparison.Ordinal);
        Assert.EndsWith("<｜Assistant｜><think>\\n", failure.Message, StringComparison.Ordinal);
    }

    internal static ModelText Addition() => new(TokenizerNames.Create("addition"), ChatTemplate.Named("addition"));

    private static ModelText DeepSeek() => new(
        ByteTokenizer.Create(["<pad>", "<｜begin▁of▁sentence｜>", "<｜User｜>", "<｜Assistant｜>", EndOfSentence, "<think>", "</think>"], EndOfSentence, "<pad>"),
        ChatTemplate.Named("deepseek-r1"));

    private static DataRow Row() => new() { Source = "src", Line = 1, Id = "1", Language = "en", Prompt = [new ChatMessage("user", "what?")] };

    private static DecoderConfig Config(int vocabulary) => DecoderConfig.Of(TinyOptions.Shape, vocabulary, 1, 0);
}
