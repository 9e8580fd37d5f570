using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Chat;
using R1Pipeline.Data.Rows;
using R1Pipeline.Data.Sequences;
using R1Pipeline.Data.Tokenizers;

namespace R1Pipeline.Tests.Data.Sequences;

public class SequenceBuilderTests
{
    private static readonly ITokenizer Words = TokenizerNames.Create("addition");
    private static readonly ITokenizer Bytes = TokenizerNames.Create("bytes");

    [Fact]
    public void Conversation_LossStartsAtTheResponse()
    {
        BuiltSequence built = new SequenceBuilder(Words, ChatTemplate.Named("addition")).Conversation(Row("what is 1", "the answer is 1 ."), 128);
        Assert.Null(built.Refused);
        Assert.Equal("<|user|> what is 1 <|assistant|> the answer is 1 . <eos>", Words.Decode(built.Sequence!.Ids));
        Assert.Equal(5, built.Sequence.LossFrom);
        Assert.Equal(6, built.Sequence.LossTokens);
        Assert.Equal("s:7", built.Sequence.Row);
    }

    [Fact]
    public void Prompt_IsThePrefixOfTheConversation()
    {
        foreach (ITokenizer tokenizer in new[] { Words, Bytes })
        {
            var builder = new SequenceBuilder(tokenizer, ChatTemplate.Named("addition"));
            DataRow row = Row("what is 1", "the answer is 1 .");
            int[] prompt = builder.Prompt(row);
            TrainingSequence sequence = builder.Conversation(row, 1000).Sequence!;
            Assert.Equal(prompt, sequence.Ids[..prompt.Length]);
            Assert.Equal(prompt.Length, sequence.LossFrom);
            Assert.Equal(tokenizer.EosId, sequence.Ids[^1]);
        }
    }

    [Fact]
    public void Conversation_ByteTokenizer_SpendsNoTokenOnSpaces() =>
        Assert.Equal("<|user|>hi<|assistant|>yes<eos>", Bytes.Decode(new SequenceBuilder(Bytes, ChatTemplate.Named("addition")).Conversation(Row("hi", "yes"), 100).Sequence!.Ids));

    [Fact]
    public void Conversation_TooLong_IsRefusedNotCut()
    {
        var builder = new SequenceBuilder(Words, ChatTemplate.Named("addition"));
        Assert.Equal(SequenceBuilder.TooLong, builder.Conversation(Row("what is 1", "the answer is 1 ."), 10).Refused);
        Assert.Null(builder.Conversation(Row("what is 1", "the answer is 1 ."), 11).Refused);
    }

    [Fact]
    public void Conversation_ThinkAndAnswer_BecomeTheResponse()
    {
        DataRow row = Row("what is 1", null) with { Think = "1 = 1 .", Answer = "1" };
        Assert.Equal("<|user|> what is 1 <|assistant|> <think> 1 = 1 . </think> <answer> 1 </answer> <eos>", Words.Decode(new SequenceBuilder(Words, ChatTemplate.Named("addition")).Conversation(row, 128).Sequence!.Ids));
    }

    [Fact]
    public void Conversation_WithoutResponse_IsRefused() =>
        Assert.Equal(SequenceBuilder.MissingFields, new SequenceBuilder(Words, ChatTemplate.Named("addition")).Conversation(Row("what is 1", null), 128).Refused);

    [Fact]
    public void Conversation_R1Zero_SeparatesTheResponse() =>
        Assert.EndsWith("User: hi. Assistant: yes<eos>", Bytes.Decode(new SequenceBuilder(Bytes, ChatTemplate.Named("r1-zero")).Conversation(Row("hi", "yes"), 1000).Sequence!.Ids), StringComparison.Ordinal);

    [Fact]
    public void Document_LongText_IsCutIntoPiecesThatHoldEveryToken()
    {
        DataRow row = Row("x", null) with { Prompt = null, Text = new string('a', 25) };
        IReadOnlyList<TrainingSequence> pieces = new SequenceBuilder(Bytes, ChatTemplate.Named("addition")).Document(row, 10);
        Assert.Equal([10, 10, 6], pieces.Select(piece => piece.Ids.Length));
        Assert.All(pieces, piece => Assert.Equal(1, piece.LossFrom));
        Assert.Equal(Bytes.EosId, pieces[^1].Ids[^1]);
    }

    [Fact]
    public void Document_LastPieceOfOneToken_IsDropped()
    {
        DataRow row = Row("x", null) with { Prompt = null, Text = new string('a', 20) };
        Assert.Equal([10, 10], new SequenceBuilder(Bytes, ChatTemplate.Named("addition")).Document(row, 10).Select(piece => piece.Ids.Length));
    }

    [Fact]
    public void Document_RowWithoutText_Fails() =>
        Assert.Throws<StageFailedException>(() => new SequenceBuilder(Bytes, ChatTemplate.Named("addition")).Document(Row("x", null), 10));

    private static DataRow Row(string prompt, string? response) =>
        new() { Source = "s", Line = 7, Id = "7", Language = "en", Prompt = [new ChatMessage("user", prompt)], Response = response };
}
