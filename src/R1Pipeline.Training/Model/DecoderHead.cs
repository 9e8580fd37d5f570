namespace R1Pipeline.Training.Model;

/// <summary>What stands on a decoder's last hidden state.</summary>
public enum DecoderHead
{
    /// <summary>The projection to the vocabulary: a language model.</summary>
    Vocabulary,

    /// <summary>A scalar: a reward model.</summary>
    Score,
}
