using R1Pipeline.Contracts.Models;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Lines;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Weights;

namespace R1Pipeline.Worker.Models;

/// <summary><c>r1 model logits</c>: what a model computes for the token ids of every line. A line that cannot be computed is said and left out.</summary>
internal static class ModelLogits
{
    /// <returns>How many lines were refused.</returns>
    public static int Run(LogitsRequest request, TextWriter errors)
    {
        using Decoder model = ModelFolder.Load(request.Model);
        using TextReader input = request.Input is null ? Console.In : new StreamReader(request.Input);
        var sequences = new List<(string Name, int[] Ids)>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        int refused = 0;
        foreach (AnsweredLine line in AnsweredLines.Read(input))
        {
            AnsweredLine read = AnsweredLines.Answer(line, question =>
            {
                string name = question.Optional("id")?.ToString() ?? throw Unusable("the line has no id to name its tensors by");
                int[] ids = question.TokenIds("input_ids", model.Config.VocabularySize);
                if (ids.Length == 0) throw Unusable("input_ids is empty");
                if (ids.Length > model.Config.ContextTokens) throw Unusable($"input_ids has {ids.Length} tokens, the model's context is {model.Config.ContextTokens}");
                if (!names.Add(name)) throw Unusable($"the id {name} stands on an earlier line already");
                sequences.Add((name, ids));
                return [];
            });
            if (!read.Refused) continue;
            refused++;
            AnsweredLines.Write(read, errors);
        }

        LogitsFile.Write(request.Output, model, sequences);
        return refused;
    }

    private static StageFailedException Unusable(string what) => new(StageFailureClass.UserData, what);
}
