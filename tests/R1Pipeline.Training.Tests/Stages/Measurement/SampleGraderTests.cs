using R1Pipeline.Contracts.Options;
using R1Pipeline.Data.Chat;
using R1Pipeline.Data.Rows;
using R1Pipeline.Data.Tokenizers;
using R1Pipeline.Rewards.Measuring;
using R1Pipeline.Stages.Measurement;
using R1Pipeline.Stages.Models;
using R1Pipeline.Stages.Rows;
using R1Pipeline.Training.Generation;

namespace R1Pipeline.Training.Tests.Stages.Measurement;

public sealed class SampleGraderTests
{
    private static readonly ModelText Text = new(TokenizerNames.Create("addition"), ChatTemplate.Named("addition"));

    [Theory]
    [InlineData("2 0 0", "<think> 1 </think> <answer> 2 0 0 </answer>", true, true)]
    [InlineData("2 0 0", "the sum is 2 0 0 .", false, true)]
    [InlineData("cat", "<think> 1 </think> <answer> cat </answer>", true, true)]
    [InlineData("cat", "the cat is 1 .", false, false)]
    public void Grade_GoldIsNumberOrText_LooseIsTheLastNumberOrTheStrictVerdict(string gold, string output, bool correct, bool loose)
    {
        var row = new DataRow { Source = "problems", Line = 1, Id = "1", Prompt = [new ChatMessage("user", "what is 1 0 0 + 1 0 0 ?")], Gold = gold, Language = "en" };
        int[] ids = [.. Text.Tokenizer.Encode(output), Text.Tokenizer.EosId];
        var sequence = new GeneratedSequence(0, 0, ids, new float[ids.Length], new float[ids.Length], Finished: true);

        GradedSample graded = new SampleGrader(Text, AnswerFormat.ThinkAnswer, OutputMeter.Shared).Grade([(new LedgerRow("problems", row), 0, sequence)]).Single();

        Assert.Equal((correct, loose), (graded.Correct, graded.LooseCorrect));
    }
}
