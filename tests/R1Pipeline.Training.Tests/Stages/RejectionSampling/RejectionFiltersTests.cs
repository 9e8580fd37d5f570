using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Rewards;
using R1Pipeline.Rewards;
using R1Pipeline.Rewards.Measuring;
using R1Pipeline.Stages.RejectionSampling;
using R1Pipeline.Training.Tests.Stages.Models;

namespace R1Pipeline.Training.Tests.Stages.RejectionSampling;

public sealed class RejectionFiltersTests
{
    private const string Good = "<think> the sum is 7 . </think> <answer> 7 </answer>";

    [Theory]
    [InlineData(Good, null)]
    [InlineData("<think> the sum is 8 . </think> <answer> 8 </answer>", "incorrect")]
    [InlineData("<think> the sum is 7 . <answer> 7 </answer>", "format")]
    [InlineData("<think> the 和 is 7 . </think> <answer> 7 </answer>", "language")]
    [InlineData("<think> the sum is the sum is the sum is 7 . </think> <answer> 7 </answer>", "repetition")]
    [InlineData("<think> ```the sum``` is 7 . </think> <answer> 7 </answer>", "code-block")]
    public void Reason_OneFault_IsNamed(string completion, string? expected) => Assert.Equal(expected, Reason(completion, Options()));

    [Fact]
    public void Reason_LongOutput_IsDroppedByLength() => Assert.Equal("length", Reason(Good, Options() with { MaxKeptTokens = 5 }));

    [Fact]
    public void Reason_FiltersSwitchedOff_PassWhatTheyWouldDrop()
    {
        var off = Options() with { MinLanguage = 0, RepetitionTokens = 0, DropCodeBlocks = false };

        Assert.Null(Reason("<think> the 和 is the 和 is the 和 is ```7``` . </think> <answer> 7 </answer>", off));
    }

    [Fact]
    public void Reason_UnfinishedOutput_HasNoFormat()
    {
        var filters = new RejectionFilters(Options(), ModelTextTests.Addition());

        Assert.Equal("format", Reason(filters, new RewardInput(Good, Finished: false, "7", "en"), [1, 2, 3]));
    }

    [Fact]
    public void Reason_GoldThatCannotBeComparedWith_IsNoWrongAnswer()
    {
        var input = new RewardInput(Good, Finished: true, "no label at all", "en") { Task = TaskKinds.Choice };

        Assert.Equal("not-gradable", Reason(new RejectionFilters(Options(), ModelTextTests.Addition()), input, [1, 2, 3]));
    }

    private static string? Reason(string completion, RejectionSamplingOptions options)
    {
        // One id a word is enough for the filters that count tokens.
        string[] words = completion.Split(' ');
        int[] ids = [.. words.Select(word => Array.IndexOf(words, word))];
        return Reason(new RejectionFilters(options, ModelTextTests.Addition()), new RewardInput(completion, Finished: true, "7", "en"), ids);
    }

    private static string? Reason(RejectionFilters filters, RewardInput input, int[] ids) =>
        filters.Reason(input, MeasuredOutput.Of(new MeasureOrder(input, Options().Format, ModelTextTests.Addition().LanguageRule)), ids);

    private static RejectionSamplingOptions Options() => new() { RepetitionTokens = 3 };
}
