using System.Text.Json;
using R1Pipeline.EndToEnd.Tests.Harness;

namespace R1Pipeline.EndToEnd.Tests;

/// <summary>
/// <c>pipelines/one-gpu.yaml</c>, the recipe by adapters on a real base model, as far as a CPU can show it: all stages in their smallest size, on the reference folders
/// (random weights: nothing is learnt) and the public data.
/// </summary>
public sealed class OneGpuTests : IDisposable
{
    private static readonly string[] Smallest =
    [
        "cold-start.with.max-tokens=250", "cold-start.with.epochs=1", "cold-start.with.batch-size=128",
        .. ((string[])["reasoning-rl", "all-scenario-rl"]).SelectMany(stage => (string[])
            [$"{stage}.with.iterations=1", $"{stage}.with.questions=4", $"{stage}.with.group-size=4", $"{stage}.with.max-new-tokens=8", $"{stage}.with.held-out-questions=8"]),
        "all-scenario-rl.with.general-questions=2",
        "rejection-sampling.with.problems=16", "rejection-sampling.with.max-new-tokens=8", "rejection-sampling.with.min-kept=0", "rejection-sampling.with.general-rows-when-none-kept=64",
        "sft.with.max-tokens=250", "sft.with.epochs=1",
        "helpful-rm.with.max-tokens=250", "helpful-rm.with.batch-size=256",
        .. ((string[])["gsm8k", "math500"]).SelectMany(task => (string[])[$"report.tasks.{task}.rows=4", $"report.tasks.{task}.max-new-tokens=8"]),
    ];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("qwen2-tied", "chatml")]
    [InlineData("llama3", "llama3", true)]
    public async Task Run_InItsSmallestSize_EndsWithAModelFolderAndItsAdapter(string model, string template, bool isLong = false)
    {
        Assert.SkipUnless(!isLong || Environment.GetEnvironmentVariable("R1_LONG_TESTS") == "1", "one family is enough for every run: set R1_LONG_TESTS=1 for the other");
        R1 r1 = _folder.State();
        string[] overrides =
        [
            $"data.root={SharedFolder.Path("data")}", $"stages.base.with.path={SharedFolder.Path("fixtures", "models", model)}", $"stages.base.with.chat-template={template}",
            .. Smallest.Select(value => $"stages.{value}"),
        ];

        await r1.SucceedAsync(["run", Path.Combine(R1.Root, "pipelines", "one-gpu.yaml"), .. overrides.SelectMany(value => (string[])["--set", value])]);

        JsonElement final = await r1.StageAsync("all-scenario-rl"), sft = await r1.StageAsync("sft");
        string folder = PathOf(final), exported = Path.Combine(_folder.Path, "exported"), prompts = _folder.Write("prompts.jsonl", """{"id": "a", "input_ids": [5, 6, 7]}""" + "\n");
        Assert.Contains(sft.GetProperty("artifact").GetProperty("sha256").GetString()!, await File.ReadAllTextAsync(Path.Combine(folder, "adapter", "adapter_config.json")), StringComparison.Ordinal);

        // What a user takes home, rounded to half the size, is a model, and the adapter is beside it.
        await r1.SucceedAsync("checkpoints", "export", await r1.NewestRunAsync(), "--stage", "all-scenario-rl", "--out", exported, "--dtype", "bfloat16");
        Assert.InRange((double)WeightsOf(exported).Length / WeightsOf(folder).Length, 0.45, 0.55);
        Ended generated = await r1.SucceedAsync("model", "generate", exported, "--in", prompts, "--temperature", "0", "--max-new-tokens", "4", "--ignore-eos");
        Assert.Equal(4, JsonDocument.Parse(generated.Output).RootElement.GetProperty("output_ids").GetArrayLength());
        Assert.Equal(AdapterOf(folder), AdapterOf(exported));
    }

    private static byte[] WeightsOf(string folder) => File.ReadAllBytes(Path.Combine(folder, "model.safetensors"));

    private static byte[] AdapterOf(string folder) => File.ReadAllBytes(Path.Combine(folder, "adapter", "adapter_model.safetensors"));

    private static string PathOf(JsonElement stage) => stage.GetProperty("artifact").GetProperty("path").GetString()!;
}
