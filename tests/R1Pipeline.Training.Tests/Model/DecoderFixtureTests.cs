using System.Text.Json;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Data.Safetensors;
using R1Pipeline.Training.Generation;
using R1Pipeline.Training.Losses;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Tests.Runtime;
using R1Pipeline.Training.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Tests.Model;

/// <summary>The decoder against transformers' numbers: logits, log-probabilities, loss, gradients, and the greedy continuation through the key-value cache.</summary>
public sealed class DecoderFixtureTests
{
    private static readonly string[] BatchNames = ["unpadded", "right_padded", "left_padded"];

    public static TheoryData<string> Models { get; } = [.. SharedFixtures.Folders("models")];

    public static TheoryData<string, string> Batches { get; } = new(
        from model in Models.Select(row => row.Data)
        from batch in BatchNames
        select (model, batch));

    [Theory]
    [MemberData(nameof(Batches))]
    public void Hidden_FixtureBatch_MatchesLogitsLossAndGradients(string model, string batch)
    {
        string directory = SharedFixtures.Path("models", model);
        using Decoder decoder = ModelFolder.Load(directory, placement: Parity.Placement);
        using var scope = NewDisposeScope();
        using var expected = new SafetensorsReader(Path.Combine(directory, "expected.safetensors"));
        using JsonDocument numbers = JsonDocument.Parse(File.ReadAllText(Path.Combine(directory, "expected.json")));
        JsonElement figures = numbers.RootElement.GetProperty("batches").GetProperty(batch);
        Tensor Read(string name) => expected.Read($"{batch}.{name}").to(Parity.Placement.Device);
        Tensor ids = Read("input_ids"), real = Read("attention_mask").ne(0), labels = Read("labels");
        long width = ids.size(1);

        // Padding is a sequence of its own, on whichever side it stands.
        var segments = RowSegments.Of(Enumerable.Range(0, (int)ids.size(0)).Select(row => Runs(real[row])), (int)width);
        Tensor hidden = batch == "unpadded" ? decoder.Hidden(ids) : decoder.Hidden(ids, segments);

        Parity.Near("logits", ExpectedNumbers.LargestDifference(Read("logits"), decoder.Project(hidden), real), Parity.Logits);

        Tensor flat = hidden.narrow(1, 0, width - 1).reshape(-1, decoder.Config.HiddenSize);
        Tensor next = ids.narrow(1, 1, width - 1), both = real.narrow(1, 1, width - 1).logical_and(real.narrow(1, 0, width - 1));
        Tensor logprobs = TokenLogprobs.Compute(flat, decoder.OutputWeight, next.reshape(-1));
        Parity.Near("logprobs", ExpectedNumbers.LargestDifference(Read("logprobs"), logprobs.view(next.shape), both), Parity.Logits);

        Tensor labelled = labels.narrow(1, 1, width - 1).reshape(-1).ne(-100).nonzero().view(-1);
        Assert.Equal(figures.GetProperty("loss_tokens").GetInt64(), labelled.numel());
        Tensor loss = CrossEntropyLoss.Compute(logprobs.index_select(0, labelled), labelled.numel());
        ExpectedNumbers.Relative("loss", figures.GetProperty("loss").GetDouble(), loss.ToDouble(), Parity.Loss);
        decoder.Backward(loss);
        ExpectedNumbers.GradientNorms(figures.GetProperty("grad_norm"), decoder.Config, decoder.Parameters);
        ExpectedNumbers.Relative("gradient norm of all", figures.GetProperty("grad_norm_total").GetDouble(), decoder.Parameters.Gradients!.norm().ToDouble(), Parity.TotalGradientNorm);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Folder_OfAModel_HoldsNothingThatNoTestReads(string model)
    {
        string directory = SharedFixtures.Path("models", model);
        string[] text = File.Exists(Path.Combine(directory, "tokenizer.json")) ? ["tokenizer.json", "tokenizer_config.json"] : [];
        SharedFixtures.HasOnly(directory, ["config.json", "generation_config.json", "expected.json", "expected.safetensors", Path.GetFileName(WeightFiles.Locate(directory)), .. WeightFiles.Of(directory).Select(file => Path.GetFileName(file)), .. text]);
        using var expected = new SafetensorsReader(Path.Combine(directory, "expected.safetensors"));
        Assert.Equal(BatchNames.Append("greedy").Order(StringComparer.Ordinal), expected.Entries.Keys.Select(name => name[..name.IndexOf('.', StringComparison.Ordinal)]).Distinct().Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Generate_Greedy_GivesTheExpectedIds(string model)
    {
        string directory = SharedFixtures.Path("models", model);
        using Decoder decoder = ModelFolder.Load(directory, trainable: false, Parity.Placement);
        using var scope = NewDisposeScope();
        using var expected = new SafetensorsReader(Path.Combine(directory, "expected.safetensors"));
        Tensor ids = expected.Read("greedy.input_ids"), real = expected.Read("greedy.attention_mask"), outputs = expected.Read("greedy.output_ids");
        int rows = (int)ids.size(0);
        var sampling = new SamplingOptions { Temperature = 0, MaxNewTokens = (int)outputs.size(1) };
        GenerationRequest[] requests = [.. Enumerable.Range(0, rows).Select(row => new GenerationRequest(Unpad(ids[row], real[row]), 1, row))];

        // Fewer rows than prompts, so that rows end and others take their place in the cache; the end token is ignored.
        var generated = new GenerationEngine(decoder, eosId: -1, maxRows: Math.Max(1, rows - 1)).Generate(requests, sampling, new DrawCoordinates(1, "test", 0, "greedy"));

        for (int row = 0; row < rows; row++)
        {
            if (Parity.Placement.IsNarrow) CheckLikeliest(decoder, requests[row].PromptIds, generated[row].OutputIds);
            else Assert.Equal(outputs[row].data<long>().ToArray(), generated[row].OutputIds.Select(id => (long)id));
        }
    }

    // In bf16 two tokens of almost the same logit may change places, and an expert may: what the cache chooses has to be the likeliest of whole sequences all the same, on average.
    private static void CheckLikeliest(Decoder decoder, int[] prompt, int[] output)
    {
        using IDisposable frozen = no_grad();
        long[] ids = [.. prompt.Concat(output).Select(id => (long)id)];
        Tensor logits = decoder.Project(decoder.Hidden(decoder.Placement.Of(ids, 1, ids.Length)))[0].narrow(0, prompt.Length - 1, output.Length);
        Tensor chosen = logits.gather(1, decoder.Placement.Of(ids[prompt.Length..]).unsqueeze(1)).squeeze(1);
        Parity.Near("greedy gap", logits.amax([1]).sub(chosen).mean().ToDouble(), Parity.GreedyGap);
    }

    // How often each value stands in turn.
    private static List<int> Runs(Tensor row)
    {
        var runs = new List<int>();
        bool? last = null;
        foreach (bool value in row.cpu().data<bool>())
        {
            if (value == last) runs[^1]++;
            else runs.Add(1);
            last = value;
        }

        return runs;
    }

    private static int[] Unpad(Tensor ids, Tensor real)
    {
        long[] all = ids.data<long>().ToArray(), kept = real.data<long>().ToArray();
        return [.. all.Zip(kept).Where(pair => pair.Second != 0).Select(pair => (int)pair.First)];
    }
}
