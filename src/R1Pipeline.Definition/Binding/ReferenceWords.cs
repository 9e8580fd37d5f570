using R1Pipeline.Contracts.Artifacts;

namespace R1Pipeline.Definition.Binding;

/// <summary>Kinds of artifact in the words of the messages.</summary>
internal static class ReferenceWords
{
    /// <summary>A stage by what it puts out.</summary>
    public static string Output(ArtifactKind kind) => $"a stage that puts out {Of(kind)}";

    /// <summary>The artifact.</summary>
    public static string Of(ArtifactKind kind) => kind switch
    {
        ArtifactKind.Model => "a model",
        ArtifactKind.Tokenizer => "a tokenizer",
        ArtifactKind.Dataset => "a dataset",
        ArtifactKind.RewardModel => "a reward model",
        _ => "an evaluation report",
    };
}
