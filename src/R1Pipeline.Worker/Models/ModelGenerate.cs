using System.Text;
using System.Text.Json.Nodes;
using R1Pipeline.Contracts.Models;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Lines;
using R1Pipeline.Data.Safetensors;
using R1Pipeline.Data.Tokenizers;
using R1Pipeline.Training.Generation;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Weights;
using Decoder = R1Pipeline.Training.Model.Decoder;

namespace R1Pipeline.Worker.Models;

/// <summary><c>r1 model generate</c>: continues the prompts of a file, or one prompt whose text is shown while it grows.</summary>
internal sealed class ModelGenerate : IDisposable
{
    private readonly GenerateRequest _request;
    private readonly Decoder _model;
    private readonly ITokenizer? _tokenizer;
    private readonly PromptReader _prompts;
    private readonly GenerationEngine _engine;

    private ModelGenerate(GenerateRequest request)
    {
        _request = request;
        // Read first: a folder whose text side cannot be used is refused before its weights are read.
        _tokenizer = ModelFile.Exists(Path.Combine(request.Model.Directory, "tokenizer.json")) ? TokenizerFolder.Load(request.Model.Directory) : null;
        _prompts = new PromptReader(request, _tokenizer);
        _ = GenerationConfigFile.Read(request.Model.Directory, DecoderConfigFile.Read(request.Model.Directory).VocabularySize);
        IReadOnlyList<int> ends = GenerationConfigFile.EndTokens(request.Model.Directory);
        if (ends.Count == 0 && _tokenizer is not null) ends = [_tokenizer.EosId];
        _model = ModelFolder.Load(request.Model);
        _engine = new GenerationEngine(_model, request.IgnoreEos ? [] : ends, request.Batch);
    }

    private DrawCoordinates Draws => new(_request.Seed, "generate", 0, "generate");

    /// <returns>How many lines were refused.</returns>
    public static int Run(GenerateRequest request)
    {
        using var generate = new ModelGenerate(request);
        if (request.Input is null) return generate.Stream(Console.In.ReadToEnd(), Console.Out);
        using var input = new StreamReader(request.Input, Encoding.UTF8);
        using TextWriter output = request.Output is null ? new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false)) : new StreamWriter(request.Output, append: false, new UTF8Encoding(false));
        return generate.Answer(input, output);
    }

    public void Dispose() => _model.Dispose();

    private int Answer(TextReader input, TextWriter output)
    {
        var requests = new List<GenerationRequest>();
        var requestOf = new Dictionary<int, int>();
        List<AnsweredLine> lines = [.. AnsweredLines.Read(input).Select(line => AnsweredLines.Answer(line, question =>
        {
            int[] ids = _prompts.Ids(question, _model.Config);
            requestOf[line.Number] = requests.Count;
            requests.Add(new GenerationRequest(ids, 1, requests.Count));
            return [];
        }))];
        IReadOnlyList<GeneratedSequence> outputs = _engine.Generate(requests, _request.Sampling, Draws);
        foreach (AnsweredLine line in lines)
        {
            if (requestOf.TryGetValue(line.Number, out int request)) Fill(line.Answer!, outputs[request]);
            AnsweredLines.Write(line, output);
        }

        return lines.Count(line => line.Refused);
    }

    private void Fill(JsonObject answer, GeneratedSequence output)
    {
        answer["output_ids"] = new JsonArray([.. output.OutputIds.Select(id => (JsonNode)id)]);
        answer["text"] = _tokenizer?.Decode(output.OutputIds, skipSpecial: true);
        answer["logprobs"] = new JsonArray([.. output.Logprobs.Select(value => (JsonNode)value)]);
        answer["finish_reason"] = output.Finished ? "stop" : "length";
    }

    private int Stream(string prompt, TextWriter output)
    {
        if (_tokenizer is null) throw new StageFailedException(StageFailureClass.UserData, $"{_request.Model.Directory} has no tokenizer.json: give token ids with --in");
        int[] ids = _prompts.Ids(prompt, _model.Config);
        var text = new StreamingText(_tokenizer);
        _engine.Generate([new GenerationRequest(ids, 1, 0)], _request.Sampling, Draws, heard: id =>
        {
            if (id >= _tokenizer.VocabularySize) return;
            output.Write(text.Append(id));
            output.Flush();
        });
        output.WriteLine(text.End());
        return 0;
    }
}
