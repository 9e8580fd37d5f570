using System.Text.Json;
using System.Text.Json.Nodes;
using R1Pipeline.Benchmarks.Torture;
using R1Pipeline.EndToEnd.Tests.Harness;

namespace R1Pipeline.EndToEnd.Tests;

/// <summary><c>r1 model tokenize|chat|logits|generate</c> on the reference folders, against the numbers of other people's libraries.</summary>
public sealed class ModelCommandTests : IDisposable
{
    /// <summary>Of a logit in bf16: that of the parity suite of the training core.</summary>
    private const double Bf16Tolerance = 0.9;

    private readonly TemporaryFolder _folder = new();

    private string Out => Path.Combine(_folder.Path, "out");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("qwen2")]
    [InlineData("llama3")]
    [InlineData("deepseek_v3")]
    [InlineData("deepseek_digits")]
    public async Task Tokenize_EveryCase_GivesTheReferenceIdsAndTexts(string family)
    {
        string folder = SharedFolder.Path("fixtures", "tokenizer", family);
        JsonElement[] cases = [.. SharedFolder.Json("fixtures", "tokenizer", family, "cases.json").EnumerateArray()];
        string texts = Lines(cases.Select((item, id) => new JsonObject { ["id"] = id, ["text"] = item.GetProperty("text").GetString() }));
        string ids = Lines(cases.Select((item, id) => new JsonObject { ["id"] = id, ["ids"] = JsonNode.Parse(item.GetProperty("ids").GetRawText()) }));

        await AnsweredAsync("ids", "ids", texts, folder);
        await AnsweredAsync("ids", "ids_with_special", texts, folder, "--special");
        await AnsweredAsync("text", "decoded", ids, folder, "--decode");
        await AnsweredAsync("text", "decoded_skip_special", ids, folder, "--decode", "--skip-special");

        async Task AnsweredAsync(string field, string expected, string input, params string[] arguments)
        {
            JsonElement[] answers = await AnswersAsync(0, ["tokenize", .. arguments, "--in", input]);
            Assert.Equal(cases.Select(item => Value(item, expected)), answers.Select(answer => Value(answer, field)));
        }
    }

    [Fact]
    public async Task InspectCheck_ReadsWhatAStageWould()
    {
        string folder = Path.Combine(_folder.Path, "model"), weights = Path.Combine(folder, "model.safetensors"), config = Path.Combine(folder, "config.json");
        StateFolders.Copy(SharedFolder.Path("fixtures", "models", "qwen2-tied"), folder);
        Assert.Equal("", (await _folder.State().SucceedAsync("model", "inspect", folder, "--check")).Error);

        // The last value of the last tensor; the headers are as they were.
        byte[] bytes = await File.ReadAllBytesAsync(weights);
        BitConverter.GetBytes(float.NaN).CopyTo(bytes, bytes.Length - 4);
        await File.WriteAllBytesAsync(weights, bytes);
        _ = await _folder.State().SucceedAsync("model", "inspect", folder);
        Assert.Contains("not finite", await RefusedAsync(), StringComparison.Ordinal);

        JsonObject changed = JsonNode.Parse(await File.ReadAllTextAsync(config))!.AsObject();
        changed["rms_norm_eps"] = 1e300;
        await File.WriteAllTextAsync(config, changed.ToJsonString());
        Assert.Contains("rms_norm_eps", await RefusedAsync(), StringComparison.Ordinal);

        folder = Path.Combine(_folder.Path, "other-tokenizer");
        StateFolders.Copy(SharedFolder.Path("fixtures", "models", "qwen2-tied"), folder);
        JsonObject tokenizer = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "tokenizer.json")))!.AsObject();
        int rows = (int)changed["vocab_size"]!, next = tokenizer["model"]!["vocab"]!.AsObject().Count + tokenizer["added_tokens"]!.AsArray().Count;
        for (; next <= rows; next++) tokenizer["added_tokens"]!.AsArray().Add(new JsonObject { ["id"] = next, ["content"] = $"<more-{next}>" });
        await File.WriteAllTextAsync(Path.Combine(folder, "tokenizer.json"), tokenizer.ToJsonString());
        Assert.Contains($"the tokenizer has {rows + 1} entries", await RefusedAsync(), StringComparison.Ordinal);

        async Task<string> RefusedAsync()
        {
            Ended ended = await _folder.State().RunAsync("model", "inspect", folder, "--check");
            Assert.Equal(2, ended.ExitCode);
            return Assert.Single(ended.Error.Trim().Split('\n'));
        }
    }

    [Theory]
    [InlineData("adapter_config.json", "LoRA adapter")]
    [InlineData("model-Q4_K_M.gguf", "GGUF")]
    [InlineData("snapshots/0123/config.json", "snapshots")]
    public async Task Inspect_FolderThatIsNoModel_SaysWhatItIs(string file, string expected)
    {
        string path = Path.Combine(_folder.Path, "no-model", file);
        _ = Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, "{}");
        Ended ended = await _folder.State().RunAsync("model", "inspect", Path.Combine(_folder.Path, "no-model"));
        Assert.Equal(2, ended.ExitCode);
        Assert.Contains(expected, ended.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("qwen3", "qwen2-tied")]
    [InlineData("llama3_2", "llama3")]
    [InlineData("deepseek_r1", "deepseek-v3")]
    public async Task Chat_EveryCase_GivesTheReferenceTextOrAnError(string family, string model)
    {
        JsonElement root = SharedFolder.Json("fixtures", "chat", family + ".json");
        JsonElement[] cases = [.. root.GetProperty("cases").EnumerateArray()];
        string input = Lines(cases.Select(item =>
        {
            var line = new JsonObject();
            foreach (string name in new[] { "id", "messages", "tools", "add_generation_prompt" }) line[name] = JsonNode.Parse(item.GetProperty(name).GetRawText());
            JsonObject variables = JsonNode.Parse(item.GetProperty("variables").GetRawText())!.AsObject();
            foreach (string token in new[] { "bos_token", "eos_token" }) variables[token] = root.GetProperty(token).GetString();
            line["variables"] = variables;
            return line;
        }));

        JsonElement[] answers = await AnswersAsync(
            0, "chat", SharedFolder.Path("fixtures", "models", model), "--template", SharedFolder.Path("fixtures", "chat", root.GetProperty("template").GetString()!), "--now", root.GetProperty("now").GetString()!, "--in", input);

        Assert.Equal(cases.Select(Said), answers.Select(Said));

        static string? Said(JsonElement item) => item.TryGetProperty("text", out JsonElement text) ? text.GetString() : "(an error)" + item.GetProperty("id").GetString();
    }

    [Fact]
    public async Task Chat_FoldersOwnTemplate_IsRendered()
    {
        string input = Lines([new JsonObject { ["id"] = "a", ["messages"] = JsonNode.Parse("""[{"role":"user","content":"Hi"}]"""), ["add_generation_prompt"] = true }]);
        JsonElement answer = Assert.Single(await AnswersAsync(0, "chat", SharedFolder.Path("fixtures", "models", "deepseek-v3"), "--in", input));
        Assert.Equal("<｜begin▁of▁sentence｜><｜User｜>Hi<｜Assistant｜><think>\n", answer.GetProperty("text").GetString());
    }

    [Fact]
    public async Task Tokenize_BadLines_AreAnsweredAndTheRestGoesOn()
    {
        string input = _folder.Write("in.jsonl", "{\"id\":1,\"text\":\"a\"}\nnot json\n[1]\n{\"id\":\"x\"}\n\n{\"id\":[2],\"text\":\"a\"}\n");
        JsonElement[] answers = await AnswersAsync(2, "tokenize", SharedFolder.Path("fixtures", "tokenizer", "qwen2"), "--in", input);
        Assert.Equal(["1", "null", "null", "\"x\"", "[2]"], answers.Select(answer => answer.GetProperty("id").GetRawText()));
        Assert.Equal([2, 3, 4], answers.Where(answer => answer.TryGetProperty("error", out _)).Select(answer => answer.GetProperty("line").GetInt32()));
        Assert.Contains("text", answers[3].GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("qwen2-tied", true)]
    [InlineData("deepseek-v3-no-q-lora", false)]
    public async Task LogitsAndGenerate_UnpaddedRows_GiveTheReferenceNumbers(string model, bool hasTokenizer)
    {
        string folder = SharedFolder.Path("fixtures", "models", model);
        Dictionary<string, SafetensorsValues> expected = SafetensorsValues.Read(Path.Combine(folder, "expected.safetensors"));
        SafetensorsValues ids = expected["unpadded.input_ids"], logits = expected["unpadded.logits"], logprobs = expected["unpadded.logprobs"];
        (int rows, int tokens, int vocabulary) = ((int)ids.Shape[0], (int)ids.Shape[1], (int)logits.Shape[2]);
        string input = Lines(Enumerable.Range(0, rows).Select(row => new JsonObject { ["id"] = $"row-{row}", ["input_ids"] = Ids(ids.Whole.AsSpan(row * tokens, tokens)) }));

        Assert.Equal(0, (await RunAsync("logits", folder, "--in", input, "--out", Out)).ExitCode);
        Dictionary<string, SafetensorsValues> actual = SafetensorsValues.Read(Out);
        for (int row = 0; row < rows; row++)
        {
            Assert.Equal([tokens, vocabulary], actual[$"row-{row}.logits"].Shape);
            Assert.Equal([tokens - 1], actual[$"row-{row}.logprobs"].Shape);
            AssertNear(logits.Numbers.AsSpan(row * tokens * vocabulary, tokens * vocabulary), actual[$"row-{row}.logits"].Numbers);
            AssertNear(logprobs.Numbers.AsSpan(row * (tokens - 1), tokens - 1), actual[$"row-{row}.logprobs"].Numbers);
        }

        File.Delete(Out);
        SafetensorsValues prompts = expected["greedy.input_ids"], mask = expected["greedy.attention_mask"], outputs = expected["greedy.output_ids"];
        int width = (int)prompts.Shape[1], length = (int)outputs.Shape[1];
        string asked = Lines(Enumerable.Range(0, (int)prompts.Shape[0]).Select(row => new JsonObject
        {
            ["id"] = row,
            ["input_ids"] = Ids(Enumerable.Range(row * width, width).Where(at => mask.Whole[at] != 0).Select(at => prompts.Whole[at]).ToArray()),
        }));
        JsonElement[] answers = await AnswersAsync(0, "generate", folder, "--temperature", "0", "--max-new-tokens", $"{length}", "--ignore-eos", "--in", asked);
        Assert.Equal(outputs.Whole, answers.SelectMany(answer => answer.GetProperty("output_ids").EnumerateArray().Select(id => id.GetInt64())));
        Assert.All(answers, answer =>
        {
            Assert.Equal(length, answer.GetProperty("logprobs").GetArrayLength());
            Assert.Equal("length", answer.GetProperty("finish_reason").GetString());
            Assert.Equal(hasTokenizer ? JsonValueKind.String : JsonValueKind.Null, answer.GetProperty("text").ValueKind);
        });
    }

    [Fact]
    public async Task Logits_WithAdapter_GiveTheReferenceNumbers()
    {
        string adapter = SharedFolder.Path("fixtures", "lora", "qwen2-r8-all"), folder = SharedFolder.Path("fixtures", "models", "qwen2-tied");
        Dictionary<string, SafetensorsValues> expected = SafetensorsValues.Read(Path.Combine(adapter, "expected.safetensors"));
        SafetensorsValues ids = expected["input_ids"], mask = expected["attention_mask"], logits = expected["logits_adapter"];
        (int rows, int width, int vocabulary) = ((int)ids.Shape[0], (int)ids.Shape[1], (int)logits.Shape[2]);
        int Tokens(int row) => mask.Whole.AsSpan(row * width, width).Count(1L); // right-padded
        string input = Lines(Enumerable.Range(0, rows).Select(row => new JsonObject { ["id"] = $"row-{row}", ["input_ids"] = Ids(ids.Whole.AsSpan(row * width, Tokens(row))) }));

        Assert.Equal(0, (await RunAsync("logits", folder, "--adapter", adapter, "--in", input, "--out", Out)).ExitCode);

        Dictionary<string, SafetensorsValues> actual = SafetensorsValues.Read(Out);
        for (int row = 0; row < rows; row++) AssertNear(logits.Numbers.AsSpan(row * width * vocabulary, Tokens(row) * vocabulary), actual[$"row-{row}.logits"].Numbers);
        Ended refused = await RunAsync("logits", SharedFolder.Path("fixtures", "models", "deepseek-v3"), "--adapter", adapter, "--in", input, "--out", Out);
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("adapter_config.json: target_modules names", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Logits_Precision_Bf16IsWithinItsToleranceAndNotFp32()
    {
        float[] exact = await LogitsAsync(), said = await LogitsAsync("--device", "auto", "--precision", "fp32"), narrow = await LogitsAsync("--precision", "bf16"), quantized = await LogitsAsync("--quantize", "nf4");
        Assert.Equal(exact, said);
        Assert.InRange(Largest(narrow), 1e-4, Bf16Tolerance);
        Assert.True(Largest(quantized) > 1e-3);
        Assert.All(quantized, value => Assert.True(float.IsFinite(value)));

        float Largest(float[] values) => exact.Zip(values, (one, other) => Math.Abs(one - other)).Max();

        async Task<float[]> LogitsAsync(params string[] options)
        {
            string input = Lines([new JsonObject { ["id"] = "a", ["input_ids"] = Ids([3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]) }]);
            Ended ended = await RunAsync(["logits", SharedFolder.Path("fixtures", "models", "qwen2-tied"), .. options, "--in", input, "--out", Out]);
            Assert.True(ended.ExitCode == 0, ended.Error);
            return SafetensorsValues.Read(Out)["a.logits"].Numbers;
        }
    }

    [Fact]
    public async Task Generate_Quantized_HasTheLogprobsOfTheQuantizedLogits()
    {
        string[] model = [SharedFolder.Path("fixtures", "models", "qwen2-tied"), "--quantize", "nf4", "--adapter", SharedFolder.Path("fixtures", "lora", "qwen2-r8-all")];
        int[] prompt = [3, 4, 5, 6, 7];
        JsonElement answer = Assert.Single(await AnswersAsync(0, ["generate", .. model, "--ignore-eos", "--max-new-tokens", "8", "--in", Lines([new JsonObject { ["id"] = "a", ["input_ids"] = new JsonArray([.. prompt.Select(id => (JsonNode)id)]) }])]));
        int[] output = [.. answer.GetProperty("output_ids").EnumerateArray().Select(id => id.GetInt32())];
        string whole = Lines([new JsonObject { ["id"] = "a", ["input_ids"] = new JsonArray([.. prompt.Concat(output).Select(id => (JsonNode)id)]) }]);
        Assert.Equal(0, (await RunAsync(["logits", .. model, "--in", whole, "--out", Out])).ExitCode);
        AssertNear(SafetensorsValues.Read(Out)["a.logprobs"].Numbers.AsSpan(prompt.Length - 1), [.. answer.GetProperty("logprobs").EnumerateArray().Select(value => value.GetSingle())]);
    }

    [Theory]
    [InlineData("--quantize", "int8", "nf4")]
    [InlineData("--quantize", "0", "nf4")]
    [InlineData("--precision", "fp16", "bf16")]
    [InlineData("--device", "gpu", "cuda:N")]
    [InlineData("--device", "cuda:", "cuda:N")]
    public async Task LogitsAndGenerate_UnknownWord_IsRefusedByTheParser(string option, string word, string accepted)
    {
        foreach (string[] command in (string[][])[["logits", "no-such-folder", "--out", Out], ["generate", "no-such-folder", "Hi"]])
        {
            Ended ended = await RunAsync([.. command, option, word]);
            Assert.Equal(2, ended.ExitCode);
            Assert.Contains($"'{word}'", ended.Error, StringComparison.Ordinal);
            Assert.Contains(accepted, ended.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Generate_OnePrompt_StreamsTheTextOfTheSameTokens()
    {
        string folder = SharedFolder.Path("fixtures", "models", "qwen2-tied");
        string[] greedy = ["--temperature", "0", "--max-new-tokens", "12"];
        Ended streamed = await RunAsync(["generate", folder, "Let me check", .. greedy]);
        JsonElement answer = Assert.Single(await AnswersAsync(0, ["generate", folder, .. greedy, "--in", Lines([new JsonObject { ["id"] = 0, ["prompt"] = "Let me check" }])]));
        Assert.Equal(answer.GetProperty("text").GetString() + "\n", streamed.Output);
        Assert.NotEmpty(answer.GetProperty("output_ids").EnumerateArray());
    }

    [Fact]
    public async Task Generate_FolderWithoutTokenizer_RefusesThePrompt()
    {
        Ended ended = await RunAsync("generate", SharedFolder.Path("fixtures", "models", "qwen3"), "Hi");
        Assert.Equal(2, ended.ExitCode);
        Assert.Contains("no tokenizer.json", ended.Error, StringComparison.Ordinal);
    }

    /// <summary>A text as it is, ids with commas: the same in whatever layout the JSON came.</summary>
    private static string Value(JsonElement item, string name) => item.GetProperty(name) is { ValueKind: JsonValueKind.Array } ids
        ? string.Join(',', ids.EnumerateArray().Select(id => id.GetInt32()))
        : item.GetProperty(name).GetString()!;

    private async Task<Ended> RunAsync(params string[] arguments) => await _folder.State().RunPlainAsync(["model", .. arguments]);

    private async Task<JsonElement[]> AnswersAsync(int exitCode, params string[] arguments)
    {
        Ended ended = await RunAsync([.. arguments, "--out", Out]);
        Assert.True(ended.ExitCode == exitCode, $"ended with {ended.ExitCode}\n{ended.Error}");
        return [.. File.ReadLines(Out).Select(line => JsonDocument.Parse(line).RootElement)];
    }

    private string Lines(IEnumerable<JsonObject> lines) => _folder.Write($"{Guid.NewGuid():N}.jsonl", string.Concat(lines.Select(line => line.ToJsonString() + "\n")));

    private static JsonArray Ids(ReadOnlySpan<long> ids)
    {
        var list = new JsonArray();
        foreach (long id in ids) list.Add(id);
        return list;
    }

    private static void AssertNear(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 1e-4);
    }
}
