namespace R1Pipeline.Data.Generators;

/// <summary>The four kinds of small-talk answers; the numbers are the quickstart's.</summary>
internal enum AnswerQuality
{
    Helpful = 0,
    OffTopic = 1,
    Rude = 2,
    Ignorant = 3,
}
