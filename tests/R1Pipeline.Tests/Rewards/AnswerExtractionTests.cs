using R1Pipeline.Rewards;

namespace R1Pipeline.Tests.Rewards;

public class AnswerExtractionTests
{
    [Theory]
    [InlineData("<think> a </think> <answer> 1 0 2 3 </answer>", " 1 0 2 3 ")]
    [InlineData("<answer>1</answer> <answer>2</answer>", "1")]
    [InlineData("<think> a <answer> 5 </answer>", " 5 ")]
    [InlineData("<answer> 5", null)]
    [InlineData("</answer> 5 <answer>", null)]
    [InlineData("<answer> so \\boxed{7}. </answer>", "7")]
    [InlineData("<think>\\boxed{1}</think> it is \\boxed{2}", "2")]
    [InlineData("<think>\\boxed{1}</think> it is 2", null)]
    [InlineData("<think> never closed \\boxed{1}", null)]
    [InlineData("\\boxed{1}, no: \\boxed{\\frac{1}{2}}", "\\frac{1}{2}")]
    [InlineData("\\boxed{1} and \\boxed{\\frac{1}{2}}", "1, \\frac{1}{2}")]
    [InlineData("it is \\boxed{\\{1, 2\\}}", "\\{1, 2\\}")]
    [InlineData("a </think> \\boxed{1} <think> \\boxed{2}", null)]
    [InlineData("nothing", null)]
    public void Strict_TakesTheFirstBlockOrTheLastBox(string text, string? expected) => Assert.Equal(expected, AnswerExtraction.Strict(text));

    [Theory]
    [InlineData("the sum is 1 0 2 3 .", "1 0 2 3")]
    [InlineData("the sum is 1 0 2 3 . </think> <answer> 9 </answer>", "9")]
    [InlineData("= 1 3 , carry 1 .", "1")]
    [InlineData("和 是 1 0 2 3 。", "1 0 2 3")]
    [InlineData("so the total is 1,234.50 dollars.", "1,234.50")]
    [InlineData("it is -5.", "-5")]
    [InlineData("x-5", "5")]
    [InlineData("half is 1/2", "1/2")]
    [InlineData("is .5", ".5")]
    [InlineData("ends 3.", "3")]
    [InlineData("none", null)]
    public void LastNumber_TakesTheLastOne(string text, string? expected) => Assert.Equal(expected, AnswerExtraction.LastNumber(text));
}
