using System.Text.Json;
using R1Pipeline.Training.Losses;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Tests.Runtime;
using R1Pipeline.Training.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Tests.Model;

/// <summary>The decoder against transformers' numbers: logits, log-probabilities, loss, gradients, and the greedy continuation through the key-value cache.</summary>
public sealed class Qwen2FixtureTests
{
    public static TheoryData<string, string> Batches { get; } = new(
        from model in (string[])["qwen2-tied", "qwen2-untied-sharded", "qwen2-bf16"]
        from batch in (string[])["unpadded", "right_padded", "left_padded"]
        select (model, batch));

    [Theory]
    [MemberData(nameof(Batches))]
    public void Hidden_FixtureBatch_MatchesLogitsLossAndGradients(string model, string batch)
    {
        string directory = SharedFixtures.Path("models", model);
        using Decoder decoder = ModelFolder.Load(directory);
        using var scope = NewDisposeScope();
        using var expected = new SafetensorsReader(Path.Combine(directory, "expected.safetensors"));
        using JsonDocument numbers = JsonDocument.Parse(File.ReadAllText(Path.Combine(directory, "expected.json")));
        JsonElement figures = numbers.RootElement.GetProperty("batches").GetProperty(batch);
        Tensor ids = expected.Read(batch + ".input_ids"), real = expected.Read(batch + ".attention_mask").ne(0), labels = expected.Read(batch + ".labels");
        long width = ids.size(1);

        // A padded line attends to itself, so that no line of the softmax is empty.
        Tensor causal = ones([width, width], dtype: ScalarType.Bool).tril();
        Tensor mask = causal.logical_and(real.unsqueeze(1)).logical_or(eye(width, dtype: ScalarType.Bool)).unsqueeze(1);
        Tensor hidden = batch == "unpadded" ? decoder.Hidden(ids) : decoder.Hidden(ids, expected.Read(batch + ".position_ids"), mask);

        Assert.InRange(ExpectedNumbers.LargestDifference(expected.Read(batch + ".logits"), decoder.Project(hidden), real), 0, 1e-4);

        Tensor flat = hidden.narrow(1, 0, width - 1).reshape(-1, decoder.Config.HiddenSize);
        Tensor next = ids.narrow(1, 1, width - 1), both = real.narrow(1, 1, width - 1).logical_and(real.narrow(1, 0, width - 1));
        Tensor logprobs = TokenLogprobs.Compute(flat, decoder.OutputWeight, next.reshape(-1));
        Assert.InRange(ExpectedNumbers.LargestDifference(expected.Read(batch + ".logprobs"), logprobs.view(next.shape), both), 0, 1e-4);

        Tensor labelled = labels.narrow(1, 1, width - 1).reshape(-1).ne(-100).nonzero().view(-1);
        Assert.Equal(figures.GetProperty("loss_tokens").GetInt64(), labelled.numel());
        Tensor loss = CrossEntropyLoss.Compute(logprobs.index_select(0, labelled), labelled.numel());
        ExpectedNumbers.Relative(figures.GetProperty("loss").GetDouble(), loss.ToDouble(), 1e-5);
        loss.backward();
        ExpectedNumbers.GradientNorms(figures.GetProperty("grad_norm"), decoder.Config, decoder.Parameters);
        ExpectedNumbers.Relative(figures.GetProperty("grad_norm_total").GetDouble(), decoder.Parameters.Gradients!.norm().ToDouble(), 1e-3);
    }

    [Theory]
    [InlineData("qwen2-tied")]
    [InlineData("qwen2-untied-sharded")]
    [InlineData("qwen2-bf16")]
    public void Decode_Greedy_GivesTheExpectedIds(string model)
    {
        string directory = SharedFixtures.Path("models", model);
        using Decoder decoder = ModelFolder.Load(directory, trainable: false);
        using var scope = NewDisposeScope();
        using var expected = new SafetensorsReader(Path.Combine(directory, "expected.safetensors"));
        Tensor ids = expected.Read("greedy.input_ids"), real = expected.Read("greedy.attention_mask"), outputs = expected.Read("greedy.output_ids");
        int[][] prompts = [.. Enumerable.Range(0, (int)ids.size(0)).Select(row => Unpad(ids[row], real[row]))];
        int steps = (int)outputs.size(1);
        int[] rows = [.. Enumerable.Range(0, prompts.Length)], positions = [.. prompts.Select(prompt => prompt.Length)];

        using KeyValueCache cache = decoder.NewCache(prompts.Length, positions.Max() + steps);
        Tensor hidden = decoder.Prefill(prompts, rows, rows, cache);
        var actual = new List<long[]>();
        for (int step = 0; step < steps; step++)
        {
            using var frozen = no_grad();
            long[] next = decoder.Project(hidden).argmax(-1).data<long>().ToArray();
            actual.Add(next);
            hidden = decoder.Decode([.. next.Select(id => (int)id)], positions, cache);
            for (int row = 0; row < positions.Length; row++) positions[row]++;
        }

        for (int row = 0; row < prompts.Length; row++) Assert.Equal(outputs[row].data<long>().ToArray(), actual.Select(step => step[row]));
    }

    private static int[] Unpad(Tensor ids, Tensor real)
    {
        long[] all = ids.data<long>().ToArray(), kept = real.data<long>().ToArray();
        return [.. all.Zip(kept).Where(pair => pair.Second != 0).Select(pair => (int)pair.First)];
    }
}
