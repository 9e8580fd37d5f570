namespace R1Pipeline.Training.Checkpoints;

/// <summary>Names of the files of a training checkpoint: the weights lie where a model folder has them, all that only a resume needs lies in <c>training</c>.</summary>
internal static class TrainingFiles
{
    public const string Weights = "model.safetensors";
    public const string FirstMoment = "training/first-moment.safetensors";
    public const string SecondMoment = "training/second-moment.safetensors";
    public const string Reference = "training/reference.safetensors";
    public const string State = "training/state.json";
    public const string PendingHeader = "training/pending.json";
    public const string PendingTensors = "training/pending.safetensors";

    /// <summary>Name of the one tensor in a flat file.</summary>
    public static string TensorOf(string file) => Path.GetFileNameWithoutExtension(file);
}
