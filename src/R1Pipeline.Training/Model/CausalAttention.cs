using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace R1Pipeline.Training.Model;

/// <summary>
/// Scaled dot products of whole sequences, each token with itself and what stands before it in its sequence. No mask: what is in one row and not in one sequence is
/// computed apart, so that neither memory nor work is the square of a row, and every kernel that knows causal attention will do.
/// </summary>
internal static class CausalAttention
{
    /// <summary>The shape in which attention sees an input [B, T, D]: one row of all tokens, where rows fall into segments.</summary>
    public static (long Batch, long Tokens) Shape(Tensor x, RowSegments? segments) => segments is null ? (x.size(0), x.size(1)) : (1, x.size(0) * x.size(1));

    /// <summary>The result for each token, beside the others of its sequence.</summary>
    /// <param name="query">[B, H, T, width], as <see cref="Shape"/> says; the others like it.</param>
    /// <param name="key">The keys.</param>
    /// <param name="value">The values.</param>
    /// <param name="segments">Null: each row is one sequence.</param>
    /// <returns>[B, T, H, width].</returns>
    public static Tensor Compute(Tensor query, Tensor key, Tensor value, RowSegments? segments)
    {
        if (segments is null) return OfRows(query, key, value);

        // Split, not narrowed one by one: backward is one concatenation, where each narrow would fill a gradient of the whole row.
        Tensor[] queries = query.split(segments.Lengths, 2), keys = key.split(segments.Lengths, 2), values = value.split(segments.Lengths, 2);
        return cat([.. queries.Select((part, segment) => OfRows(part, keys[segment], values[segment]))], 1);
    }

    private static Tensor OfRows(Tensor query, Tensor key, Tensor value) => F.scaled_dot_product_attention(query, key, value, is_casual: true).transpose(1, 2);
}
