using R1Pipeline.Contracts.Options;
using R1Pipeline.Training.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Tests.Model;

/// <summary>The quickstart's decoder: size, initialisation, and the two forms (whole sequences, token by token) computing the same numbers.</summary>
public sealed class DecoderShapeTests
{
    internal static DecoderConfig Quickstart { get; } = DecoderConfig.Of(new ModelShapeOptions(), vocabularySize: 111, eosTokenId: 1, padTokenId: 0);

    [Fact]
    public void Create_QuickstartShape_Has316032Parameters()
    {
        using Decoder decoder = Decoder.Create(Quickstart, 1, "base", 0.08);
        Assert.Equal(316_032, decoder.Parameters.Count);
    }

    [Fact]
    public void Create_SameSeed_SameBytes()
    {
        using Decoder a = Decoder.Create(Quickstart, 1, "base", 0.08), b = Decoder.Create(Quickstart, 1, "base", 0.08), c = Decoder.Create(Quickstart, 2, "base", 0.08);
        Assert.True(a.Parameters.Values.bytes.SequenceEqual(b.Parameters.Values.bytes));
        Assert.False(a.Parameters.Values.bytes.SequenceEqual(c.Parameters.Values.bytes));
    }

    [Fact]
    public void Create_Deviation_IsSmallerWhereTheResidualStreamIsWritten()
    {
        using Decoder decoder = Decoder.Create(Quickstart, 1, "base", 0.08);
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        Assert.Equal(0.08, decoder.Parameters["embedding"].std().ToDouble(), 0.003);
        Assert.Equal(0.08 / Math.Sqrt(6), decoder.Parameters["layers.1.down"].std().ToDouble(), 0.001);
        Assert.Equal(0.08 / Math.Sqrt(6), decoder.Parameters["layers.1.attention-output"].std().ToDouble(), 0.001);
        Assert.Equal(1, decoder.Parameters["final-norm"].min().ToDouble());
        Assert.Equal(0, decoder.Parameters["layers.2.qkv.bias"].abs().max().ToDouble());
    }

    public static TheoryData<string> Families { get; } = new(["qwen2", "qwen3", "llama", "llama-dynamic", "deepseek", "deepseek-no-query-rank"]);

    private static DecoderConfig ConfigOf(string name) => name switch
    {
        "qwen2" => Quickstart,
        "qwen3" => Quickstart with { Family = DecoderFamily.Qwen3, HeadSize = 16, NumKvHeads = 2 },
        "llama" => Quickstart with { Family = DecoderFamily.Llama, RopeScaling = new Llama3Rope(8, 16, 1, 4) },
        "llama-dynamic" => Quickstart with { Family = DecoderFamily.Llama, RopeScaling = new DynamicRope(2, 512) },
        _ => Quickstart with
        {
            Family = DecoderFamily.DeepseekV3,
            NumKvHeads = Quickstart.NumHeads,
            HeadSize = 8,
            LatentAttention = new LatentAttentionShape(name == "deepseek" ? 24 : null, 16, 12, 20, Interleaved: name == "deepseek"),
            RopeScaling = new YarnRope(4, 16, 32, 1, null, 1, 0.8),
            Experts = new ExpertsShape(8, 3, 4, 2, 1, 24, 1, Normalized: true, 2.5),
        },
    };

    [Theory]
    [MemberData(nameof(Families))]
    public void Decode_RowsAtDifferentPositions_EqualsWholeSequences(string family)
    {
        using Decoder decoder = Decoder.Create(ConfigOf(family), 3, "base", 0.3);
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        int[][] prompts = [[5, 9, 11, 40], [7, 8], [100, 3, 2, 1, 60, 61]];
        int[] promptOfRow = [2, 0, 1, 0];
        int[][] rows = [.. promptOfRow.Select(prompt => prompts[prompt])];
        using KeyValueCache cache = decoder.NewCache(5, 20);
        Tensor last = decoder.Prefill(prompts, [0, 1, 2, 3], promptOfRow, cache);
        for (int prompt = 0; prompt < prompts.Length; prompt++) Close(Whole(decoder, prompts[prompt]), last[prompt]);

        for (int step = 0; step < 6; step++)
        {
            int[] next = [.. rows.Select((_, row) => (7 * row + 13 * step) % 111)];
            int[] positions = [.. rows.Select(row => row.Length)];
            Tensor hidden = decoder.Decode(next, positions, cache);
            rows = [.. rows.Select((row, i) => (int[])[.. row, next[i]])];
            for (int row = 0; row < rows.Length; row++) Close(Whole(decoder, rows[row]), hidden[row]);
        }

        cache.Move(3, 1, rows[3].Length);
        rows[1] = [.. rows[3], 17];
        Close(Whole(decoder, rows[1]), decoder.Decode([4, 17], [rows[0].Length, rows[1].Length - 1], cache)[1]);
    }

    [Fact]
    public void Hidden_RecordedOrNot_SameNumbers()
    {
        using Decoder decoder = Decoder.Create(Quickstart, 3, "base", 0.3);
        using var scope = NewDisposeScope();
        Tensor ids = arange(24).view(2, 12);
        Tensor taped = decoder.Hidden(ids);
        using var frozen = no_grad();
        Assert.True(taped.requires_grad);
        Assert.True(taped.detach().bytes.SequenceEqual(decoder.Hidden(ids).bytes));
    }

    private static Tensor Whole(Decoder decoder, int[] ids) => decoder.Hidden(tensor(ids.Select(id => (long)id).ToArray(), [1, ids.Length]))[0, ids.Length - 1];

    private static void Close(Tensor expected, Tensor actual) => Assert.InRange((expected - actual).abs().max().ToSingle(), 0, 2e-5f);
}
