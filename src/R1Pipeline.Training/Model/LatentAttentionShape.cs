namespace R1Pipeline.Training.Model;

/// <summary>
/// Sizes of multi-head latent attention (DeepSeek-V2, arXiv 2405.04434, section 2.1): keys and values of all heads are projections of one latent vector a
/// token, beside one rotated key that all heads share.
/// </summary>
/// <param name="QueryRank">Width of the queries' own latent (<c>q_lora_rank</c>); null: queries are projected directly.</param>
/// <param name="KeyValueRank">Width of the latent of keys and values (<c>kv_lora_rank</c>).</param>
/// <param name="PlainSize">The part of a query or key head that does not turn (<c>qk_nope_head_dim</c>); the turning part is <see cref="DecoderConfig.HeadSize"/>.</param>
/// <param name="ValueSize">Width of a value head (<c>v_head_dim</c>).</param>
/// <param name="Interleaved">Whether elements 2i and 2i + 1 turn together, not i and i + half (<c>rope_interleave</c>).</param>
public sealed record LatentAttentionShape(int? QueryRank, int KeyValueRank, int PlainSize, int ValueSize, bool Interleaved);
