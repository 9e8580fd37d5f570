using System.Text.Json.Nodes;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Tests.Loops;
using R1Pipeline.Training.Tests.Runtime;
using R1Pipeline.Training.Weights;

namespace R1Pipeline.Training.Tests.MalformedModels;

/// <summary>Whatever is wrong with the folder of an adapter, loading it ends with one clear error that names the file, and costs little.</summary>
[Collection(TensorCountCollection.Name)]
public sealed class MalformedAdapterTests
{
    private const string Config = "adapter_config.json", Weights = "adapter_model.safetensors";
    private const long MaxBytes = 256L << 20;

    private static readonly DecoderConfig Model = SftLoopTests.Small;

    private static readonly (string Name, string File, Action<string> Damage)[] All =
    [
        Key("rank-of-two-billion", Weights, "r", int.MaxValue),
        Key("rank-beyond-integers", Config, "r", 1e30),
        Key("rank-a-float", Config, "r", JsonNode.Parse("2.0")!),
        Key("rank-a-text", Config, "r", "2"),
        Key("rank-a-flag", Config, "r", true),
        Key("alpha-beyond-fp32", Config, "lora_alpha", 1e300),
        Key("alpha-below-fp32", Config, "lora_alpha", 1e-60),
        Key("alpha-negative", Config, "lora_alpha", -8),
        Key("dropout-negative", Config, "lora_dropout", -0.5),
        Key("dropout-above-one", Config, "lora_dropout", 1.5),
        Key("rank-stabilized-a-number", Config, "use_rslora", 1),
        Key("targets-unknown", Config, "target_modules", new JsonArray("nowhere")),
        Key("targets-of-a-megabyte", Config, "target_modules", new JsonArray(new string('x', 1 << 20))),
        Key("targets-of-several-lines", Config, "target_modules", new JsonArray("q_proj\n\u001b[2J")),
        Key("targets-of-300000", Config, "target_modules", new JsonArray([.. Enumerable.Repeat("nowhere", 300_000).Select(name => (JsonNode)name)])),
        Key("targets-empty", Weights, "target_modules", new JsonArray()),
        Key("key-of-several-lines", Config, "a\n\u001b[2J", 1),
        Tensor("not-finite", (file, name) => file.Data.AsSpan(file.RangeOf(name).Start, 4).Fill(0xFF)),
        Tensor("missing", (file, name) => file.Remove(name)),
        Tensor("turned-round", (file, name) => file.Entry(name)["shape"] = new JsonArray([.. file.Entry(name)["shape"]!.AsArray().Reverse().Select(size => size!.DeepClone())])),
        Tensor("of-nobody", (file, _) => file.Append("base_model.model.stray", 2)),
        .. ((string[])[Config, Weights]).SelectMany(file => Instead(file)),
    ];

    public static TheoryData<string> Corpus => [.. All.Select(adapter => adapter.Name)];

    [Theory]
    [MemberData(nameof(Corpus))]
    public void Load_Malformed_IsOneClearErrorAndCostsLittle(string name)
    {
        using var folder = new TemporaryFolder();
        using (LoraAdapter adapter = LoraAdapter.Create(Model, new LoraOptions { Rank = 2 }, 1, "sft")) AdapterFolder.Save(adapter, folder.Path);
        AdapterFolder.Load(folder.Path, Model).Dispose();
        (_, string file, Action<string> damage) = All.Single(adapter => adapter.Name == name);
        damage(folder.Path);

        var memory = PeakMemory.Start();
        var failure = Assert.Throws<StageFailedException>(() => AdapterFolder.Load(folder.Path, Model));
        (long managed, long? resident) = memory.Stop();

        Assert.Equal(StageFailureClass.UserData, failure.Failure);
        Assert.Contains(file, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(failure.Message, char.IsControl);
        Assert.InRange(failure.Message.Length, 20, 600);
        Assert.InRange(managed, 0, MaxBytes);
        if (resident is { } grown) Assert.InRange(grown, long.MinValue, MaxBytes);
    }

    private static (string Name, string File, Action<string> Damage) Key(string name, string named, string key, JsonNode value) => (name, named, directory =>
    {
        string path = Path.Combine(directory, Config);
        JsonObject config = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        config[key] = value.DeepClone();
        File.WriteAllText(path, config.ToJsonString());
    }
    );

    private static (string Name, string File, Action<string> Damage) Tensor(string name, Action<WeightFile, string> change) => ($"tensor-{name}", Weights, directory =>
    {
        WeightFile file = WeightFile.Read(Path.Combine(directory, Weights));
        change(file, file.Tensors[^1]);
        file.Write();
    }
    );

    private static IEnumerable<(string Name, string File, Action<string> Damage)> Instead(string file)
    {
        yield return At("missing", _ => { });
        yield return At("empty", path => File.WriteAllText(path, ""));
        yield return At("a-folder", path => Directory.CreateDirectory(path));
        yield return At("a-pipe", FileDamage.Pipe);
        yield return At("zeros-without-end", path => File.CreateSymbolicLink(path, "/dev/zero"));
        yield return At("a-link-to-itself", path => File.CreateSymbolicLink(path, path));

        (string, string, Action<string>) At(string name, Action<string> make) => ($"{file}-{name}", file, directory =>
        {
            File.Delete(Path.Combine(directory, file));
            make(Path.Combine(directory, file));
        }
        );
    }
}
