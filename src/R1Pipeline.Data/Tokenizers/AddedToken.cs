namespace R1Pipeline.Data.Tokenizers;

/// <summary>A token that is recognised in raw text before anything else.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Content">Its text.</param>
/// <param name="Special">Left out when decoding without special tokens.</param>
internal sealed record AddedToken(int Id, string Content, bool Special);
