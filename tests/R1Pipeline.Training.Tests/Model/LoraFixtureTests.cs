using System.Text.Json;
using R1Pipeline.Training.Losses;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Tests.Runtime;
using R1Pipeline.Training.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Tests.Model;

/// <summary>Adapters against PEFT's numbers: logits of the base, with the adapter and merged; loss; gradients of A and B; and PEFT's own files, read and written.</summary>
public sealed class LoraFixtureTests
{
    public static TheoryData<string> Adapters { get; } = [.. SharedFixtures.Folders("lora")];

    [Theory]
    [MemberData(nameof(Adapters))]
    public void Hidden_FixtureAdapter_MatchesLogitsLossAndGradients(string name)
    {
        string directory = SharedFixtures.Path("lora", name);
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(SharedFixtures.Path("lora", "expected.json")));
        JsonElement figures = document.RootElement.GetProperty(name);
        using Decoder decoder = ModelFolder.Load(Path.Combine(Path.GetDirectoryName(directory)!, figures.GetProperty("model").GetString()!), trainable: false, Parity.Placement);
        using var scope = NewDisposeScope();
        using var expected = new SafetensorsReader(Path.Combine(directory, "expected.safetensors"));
        Tensor Read(string tensor) => expected.Read(tensor).to(Parity.Placement.Device);
        Tensor ids = Read("input_ids"), real = Read("attention_mask").ne(0), labels = Read("labels");
        SharedFixtures.HasOnly(directory, ["adapter_config.json", "adapter_model.safetensors", "expected.safetensors"]);
        byte[] before = decoder.Parameters.Values.cpu().bytes.ToArray();
        Tensor Logits() => decoder.Project(decoder.Hidden(ids)); // right-padded: no real token sees a padded one

        byte[] bare = Logits().cpu().bytes.ToArray();
        Parity.Near("logits_base", ExpectedNumbers.LargestDifference(Read("logits_base"), Logits(), real), Parity.Logits);

        decoder.Attach(AdapterFolder.Load(directory, decoder.Config, trainable: true, placement: Parity.Placement));
        Parity.Near("logits_adapter", ExpectedNumbers.LargestDifference(Read("logits_adapter"), Logits(), real), Parity.Logits);
        Tensor loss = Loss(decoder, ids, labels);
        ExpectedNumbers.Relative("loss", figures.GetProperty("loss_adapter").GetDouble(), loss.ToDouble(), Parity.Loss);
        decoder.Backward(loss);
        GradientNorms(figures.GetProperty("grad_norm"), decoder.Adapter!);
        Assert.True(decoder.Parameters.Values.cpu().bytes.SequenceEqual(before));
        using (Decoder off = new(decoder.Config, DecoderWeights.Load(Path.Combine(Path.GetDirectoryName(directory)!, figures.GetProperty("model").GetString()!), decoder.Config, DecoderHead.Vocabulary, false, Parity.Placement)))
            Assert.True(off.Project(off.Hidden(ids)).cpu().bytes.SequenceEqual(bare));

        using Decoder merged = Loops.LoraLoopTests.Merged(decoder);
        Assert.Null(merged.Adapter);
        Parity.Near("logits_merged", ExpectedNumbers.LargestDifference(Read("logits_merged"), merged.Project(merged.Hidden(ids)), real), Parity.Logits);
    }

    [Theory]
    [MemberData(nameof(Adapters))]
    public void Save_LoadedAdapter_WritesPeftsTensorsAndSettings(string name)
    {
        string directory = SharedFixtures.Path("lora", name);
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(SharedFixtures.Path("lora", "expected.json")));
        DecoderConfig config = DecoderConfigFile.Read(Path.Combine(Path.GetDirectoryName(directory)!, document.RootElement.GetProperty(name).GetProperty("model").GetString()!));
        using LoraAdapter adapter = AdapterFolder.Load(directory, config);
        using var folder = new TemporaryFolder();

        AdapterFolder.Save(adapter, Directory.CreateDirectory(folder["out"]).FullName, "base");

        Assert.Equal(File.ReadAllBytes(Path.Combine(directory, "adapter_model.safetensors")), File.ReadAllBytes(Path.Combine(folder["out"], "adapter_model.safetensors")));
        using JsonDocument theirs = JsonDocument.Parse(File.ReadAllText(Path.Combine(directory, "adapter_config.json")));
        using JsonDocument ours = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder["out"], "adapter_config.json")));
        foreach (JsonProperty setting in ours.RootElement.EnumerateObject().Where(setting => setting.Name != "base_model_name_or_path"))
            Assert.True(JsonElement.DeepEquals(theirs.RootElement.GetProperty(setting.Name), setting.Value), $"{setting.Name} is {setting.Value}");
        Assert.Equal("base", ours.RootElement.GetProperty("base_model_name_or_path").GetString());
    }

    private static Tensor Loss(Decoder decoder, Tensor ids, Tensor labels)
    {
        long width = ids.size(1);
        Tensor hidden = decoder.Hidden(ids).narrow(1, 0, width - 1).reshape(-1, decoder.Config.HiddenSize);
        Tensor next = labels.narrow(1, 1, width - 1).reshape(-1), labelled = next.ne(-100).nonzero().view(-1);
        return CrossEntropyLoss.Compute(
            TokenLogprobs.Compute(hidden.index_select(0, labelled), decoder.OutputWeight, next.index_select(0, labelled)), labelled.numel());
    }

    private static void GradientNorms(JsonElement expected, LoraAdapter adapter)
    {
        var actual = PeftWeightMap.Slices(adapter).ToDictionary(
            slice => slice.ForeignName.Replace(".weight", ".default.weight", StringComparison.Ordinal),
            slice => WeightMap.Slice(adapter.Parameters.GradientOf(slice.Parameter), slice).norm().ToDouble());
        Assert.Equal(expected.EnumerateObject().Select(norm => norm.Name).Order(), actual.Keys.Order());
        foreach (JsonProperty norm in expected.EnumerateObject()) ExpectedNumbers.Relative("gradient norm", norm.Value.GetDouble(), actual[norm.Name], Parity.GradientNorm);
    }
}
