namespace R1Pipeline.Orchestration.Planning;

/// <summary>
/// What a layer of the training core, or one half of it, is made of and keeps, read off its forward pass. A token keeps what the experts that it visits keep, not what all of them would.
/// </summary>
/// <param name="Projections">Its matrices that can be adapted and quantised.</param>
/// <param name="Kept">Values a token that its forward pass keeps for backward.</param>
/// <param name="OnTheWay">Values a token of the gradients that are on their way through it.</param>
/// <param name="Passing">Values a token of all that a forward pass computes: without a tape all of it goes when the layer is through.</param>
/// <param name="Cached">Values a token that stay in the cache.</param>
internal sealed record LayerSize(IReadOnlyList<ProjectionSize> Projections, long Kept, long OnTheWay, long Passing, long Cached = 0)
{
    private const int SwiGluValues = 4;         // gate and up, silu, product; as many gradients

    /// <summary>
    /// A whole layer: its input, what attention added up to, and both of them normalised, beside what the halves keep; in passing also what each half adds, and the output.
    /// </summary>
    public static LayerSize Of(long hidden, LayerSize attention, LayerSize feedForward) => new(
        [.. attention.Projections, .. feedForward.Projections], 4 * hidden + attention.Kept + feedForward.Kept, 4 * hidden + attention.OnTheWay + feedForward.OnTheWay,
        7 * hidden + attention.Passing + feedForward.Passing, attention.Cached);

    /// <summary>
    /// Attention whose query heads share key-value heads: queries, repeated keys and values, the result and its transposed copy; keys before they are repeated. In passing queries and
    /// keys three times while they are turned, and what the projection gave.
    /// </summary>
    public static LayerSize GroupedQueries(long hidden, long queries, long keyValues) => new(
        [new("q_proj", hidden, queries), new("k_proj", hidden, keyValues), new("v_proj", hidden, keyValues), new("o_proj", queries, hidden)],
        5 * queries + keyValues, 4 * queries, 7 * queries + 5 * keyValues, 2 * keyValues);

    /// <summary>
    /// Latent attention: what the down-projection gives and the latents once more, normalised; queries, keys, values and the result, all at the width of the keys; the transposed copy
    /// of the result at the values' own. In passing also what is turned, four times, and what the projections up gave. The cache has the latent and the shared turned key.
    /// </summary>
    public static LayerSize Latent(long hidden, long heads, long queryRank, long rank, long plain, long turning, long value)
    {
        long keys = heads * (plain + turning), down = (queryRank > 0 ? queryRank : keys) + rank + turning;
        IEnumerable<ProjectionSize> queries = queryRank > 0 ? [new("q_a_proj", hidden, queryRank), new("q_b_proj", queryRank, keys)] : [new("q_proj", hidden, keys)];
        return new(
            [.. queries, new("kv_a_proj_with_mqa", hidden, rank + turning), new("kv_b_proj", rank, heads * (plain + value)), new("o_proj", heads * value, hidden)],
            down + queryRank + rank + 4 * keys + heads * value, 4 * keys,
            down + queryRank + rank + (queryRank > 0 ? keys : 0) + heads * (plain + value) + 4 * (heads + 1) * turning + 4 * keys + heads * value, rank + turning);
    }

    /// <summary>An ordinary feed-forward.</summary>
    public static LayerSize FeedForward(long hidden, long intermediate) => new(SwiGlu(hidden, intermediate, 1), SwiGluValues * intermediate, SwiGluValues * intermediate, SwiGluValues * intermediate);

    /// <summary>
    /// A mixture of experts: a token once for each expert that it visits, sorted by expert, and that expert's answer; the feed-forward of these and of the shared ones, which are one that is
    /// wider; the scores of all. In passing the answers also in one tensor, in the tokens' order, and weighted. In backward the experts come one after the other, beside the sorted gradients.
    /// </summary>
    public static LayerSize Experts(long hidden, long experts, long chosen, long shared, long intermediate)
    {
        long kept = 2 * chosen * hidden + SwiGluValues * (chosen + shared) * intermediate + experts;
        IEnumerable<ProjectionSize> always = shared > 0 ? SwiGlu(hidden, shared * intermediate, 1) : [];
        return new(
            [.. SwiGlu(hidden, intermediate, experts), .. always],
            kept, 3 * chosen * hidden + SwiGluValues * Math.Max(1, shared) * intermediate, kept + 3 * chosen * hidden);
    }

    private static ProjectionSize[] SwiGlu(long hidden, long intermediate, long count) =>
        [new("gate_proj", hidden, intermediate, count), new("up_proj", hidden, intermediate, count), new("down_proj", intermediate, hidden, count)];
}
