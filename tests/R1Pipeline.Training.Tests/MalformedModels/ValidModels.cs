using R1Pipeline.Contracts.Options;
using R1Pipeline.Data.Chat;
using R1Pipeline.Data.Tokenizers;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Tests.Runtime;
using R1Pipeline.Training.Weights;

namespace R1Pipeline.Training.Tests.MalformedModels;

/// <summary>Complete small model folders that import: what the damage starts from.</summary>
public sealed class ValidModels : IDisposable
{
    internal const string Qwen2 = "qwen2", Qwen3Half = "qwen3-bf16", LlamaShards = "llama-shards", Deepseek = "deepseek";

    private readonly TemporaryFolder _root = new();

    public ValidModels()
    {
        var tokenizer = TokenizerNames.Create("addition");
        DecoderConfig config = DecoderConfig.Of(
            new ModelShapeOptions { HiddenSize = 32, NumLayers = 2, NumHeads = 4, NumKvHeads = 2, IntermediateSize = 48, ContextTokens = 64 },
            tokenizer.VocabularySize, tokenizer.EosId, tokenizer.PadId);
        Save(Qwen2, config, new ExportOptions(), tokenizer);
        Save(Qwen3Half, config with { Family = DecoderFamily.Qwen3, HeadSize = 16 }, new ExportOptions(WeightType.BFloat16), tokenizer);
        Save(LlamaShards, config with { Family = DecoderFamily.Llama, TiedEmbeddings = false, RopeScaling = new Llama3Rope(8, 16, 1, 4) }, new ExportOptions(MaxShardBytes: 30_000), tokenizer);
        Save(
            Deepseek,
            config with
            {
                Family = DecoderFamily.DeepseekV3,
                NumKvHeads = 4,
                TiedEmbeddings = false,
                LatentAttention = new LatentAttentionShape(12, 16, 8, 8, Interleaved: true),
                RopeScaling = new YarnRope(4, 16, 32, 1, null, 1, 1),
                Experts = new ExpertsShape(4, 2, 2, 1, 1, 16, 1, Normalized: true, 2.5),
            },
            new ExportOptions(), tokenizer);
    }

    internal static IReadOnlyList<string> Names { get; } = [Qwen2, Qwen3Half, LlamaShards, Deepseek];

    /// <summary>A copy of a valid folder, which the caller owns.</summary>
    internal TemporaryFolder Copy(string name)
    {
        var copy = new TemporaryFolder();
        foreach (string file in Directory.GetFiles(_root[name])) File.Copy(file, copy[Path.GetFileName(file)]);
        return copy;
    }

    public void Dispose() => _root.Dispose();

    private void Save(string name, DecoderConfig config, ExportOptions options, ITokenizer tokenizer)
    {
        string directory = Directory.CreateDirectory(_root[name]).FullName;
        using Decoder decoder = Decoder.Create(config, 1, name, 0.05);
        ModelFolder.Save(decoder, directory, options);
        tokenizer.Save(directory);
        ChatTemplate.Named("addition").Save(directory);
    }
}
