using R1Pipeline.Training.Rollouts;

namespace R1Pipeline.Training.Loops;

/// <summary>Where an RL loop takes its questions from.</summary>
public interface IQuestionSource
{
    /// <summary>The questions of an iteration (from 1). A pure function of the iteration: a resumed run asks again and must get the same.</summary>
    IReadOnlyList<RlQuestion> Draw(long iteration);
}
