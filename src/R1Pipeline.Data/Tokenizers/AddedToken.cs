namespace R1Pipeline.Data.Tokenizers;

/// <summary>A token that is recognised in raw text before anything else.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Content">Its text.</param>
/// <param name="Special">Left out when decoding without special tokens.</param>
internal sealed record AddedToken(int Id, string Content, bool Special)
{
    /// <summary>Looked for in the normalised text, by its normalised content; otherwise in the text as it is, before.</summary>
    public bool Normalized { get; init; }

    /// <summary>Only where no word character stands beside it.</summary>
    public bool SingleWord { get; init; }

    /// <summary>Takes the white space before it along.</summary>
    public bool StripsLeft { get; init; }

    /// <summary>Takes the white space behind it along.</summary>
    public bool StripsRight { get; init; }
}
