using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using R1Pipeline.Cli.Output;
using R1Pipeline.Data.Lines;
using R1Pipeline.Data.Tokenizers;

namespace R1Pipeline.Cli.Commands;

/// <summary><c>r1 model tokenize</c>: texts to token ids and back with a model folder's tokenizer. Loads no weights and no libtorch.</summary>
internal static class ModelTokenizeCommand
{
    public static Command Create(Argument<string> folder)
    {
        Option<string?> input = LineFiles.Input("{id, text}, or {id, ids} with --decode,"), output = LineFiles.Output("JSONL with {id, ids}, or {id, text} with --decode, a line");
        var special = new Option<bool>("--special") { Description = "Add the special tokens that the tokenizer puts around a text (mostly a BOS)." };
        var decode = new Option<bool>("--decode") { Description = "Token ids to texts." };
        var skipSpecial = new Option<bool>("--skip-special") { Description = "With --decode: leave special tokens out of the texts." };
        var command = new Command("tokenize", "Turn texts into token ids with a model's tokenizer, or ids into texts.") { folder, input, output, special, decode, skipSpecial };
        command.Validators.Add(result =>
        {
            if (result.GetValue(skipSpecial) && !result.GetValue(decode)) result.AddError("--skip-special goes with --decode.");
            if (result.GetValue(special) && result.GetValue(decode)) result.AddError("--special adds tokens to ids; with --decode there are none to add to.");
        });
        command.SetAction(parsed =>
        {
            ITokenizer tokenizer = TokenizerFolder.Load(parsed.GetRequiredValue(folder));
            bool adds = parsed.GetValue(special), skips = parsed.GetValue(skipSpecial);
            Func<JsonElement, JsonObject> answer = parsed.GetValue(decode)
                ? line => new JsonObject { ["text"] = tokenizer.Decode(line.TokenIds("ids", tokenizer.VocabularySize), skips) }
                : line => new JsonObject { ["ids"] = Ids(tokenizer, line.Text("text"), adds) };
            return LineFiles.Answer(Terminal.Of(parsed), parsed.GetValue(input), parsed.GetValue(output), (reader, writer) => AnsweredLines.Run(reader, writer, answer));
        });
        return command;
    }

    private static JsonArray Ids(ITokenizer tokenizer, string text, bool adds)
    {
        int[] ids = tokenizer.Encode(text);
        return [.. (adds ? tokenizer.WithSpecial(ids) : ids).Select(id => (JsonNode)id)];
    }
}
