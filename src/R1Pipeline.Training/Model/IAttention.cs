using static TorchSharp.torch;

namespace R1Pipeline.Training.Model;

/// <summary>
/// Attention of one layer in two forms of the same arithmetic: over whole sequences (on the tape when one is recorded) and over one token a row against the
/// cache (never on the tape). The input is normalised; the result is what the layer adds to the residual stream.
/// </summary>
internal interface IAttention
{
    /// <summary>
    /// x [B, T, D] -> [B, T, D]. Each token sees what stands before it in its segment; null: in its row. cos, sin broadcast to [B, T, heads, hd], with segments to [1, B · T, heads, hd].
    /// keyValues receives what <see cref="KeyValueCache"/> keeps of each token, [B, cache heads, T, width] each.
    /// </summary>
    Tensor Forward(Tensor x, Tensor cos, Tensor sin, RowSegments? segments, Action<Tensor, Tensor>? keyValues);

    /// <summary>x [N, D], one token of rows 0 to N - 1 -> [N, D]. Writes to the cache at <see cref="DecodeStep.Slots"/>, then attends to the row's own past.</summary>
    Tensor Decode(Tensor x, DecodeStep step, Tensor keys, Tensor values);
}
