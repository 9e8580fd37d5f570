using static TorchSharp.torch;

namespace R1Pipeline.Training.Model;

/// <summary>What all layers share in one decode step of N rows.</summary>
/// <param name="Cos">[N, 1, hd].</param>
/// <param name="Sin">[N, 1, hd].</param>
/// <param name="Slots">[N · K], K heads of the cache: rows of the cache seen as [rows · K · tokens, width] where this step's keys and values go.</param>
/// <param name="Mask">[N, 1, 1, longest]: 0 for the row's own tokens, -inf beyond its position.</param>
/// <param name="Longest">Cache positions that any row looks at.</param>
internal sealed record DecodeStep(Tensor Cos, Tensor Sin, Tensor Slots, Tensor Mask, int Longest);
