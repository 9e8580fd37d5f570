using R1Pipeline.Contracts.Options;
using R1Pipeline.Stages.AllScenarioRl;

namespace R1Pipeline.Training.Tests.Stages.AllScenarioRl;

public sealed class QuestionMixTests
{
    [Theory]
    [InlineData(1, 10, 40, 120)]
    [InlineData(7, 10, 16, 144)]
    [InlineData(11, 10, 0, 160)]
    public void Counts_GeneralFromIteration_SplitEveryIterationsQuestions(int from, int iterations, long general, long reasoning)
    {
        var options = new AllScenarioRlOptions { Questions = 16, GeneralQuestions = 4, GeneralFromIteration = from };

        Assert.Equal(general, QuestionMix.NumGeneral(options, iterations));
        Assert.Equal(reasoning, QuestionMix.NumReasoning(options, iterations));
    }
}
