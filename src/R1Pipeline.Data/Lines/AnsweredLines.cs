using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Data.Lines;

/// <summary>
/// The JSONL contract of the commands that answer a file line by line: an object <c>{id, …}</c> in, an object <c>{id, …}</c> out, in the same order.
/// A line that is no such object is answered with <c>{id|null, line, error}</c> and the rest goes on.
/// </summary>
public static class AnsweredLines
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Reads the lines that are not blank; each is a question, or an answer already where it is not a JSON object.</summary>
    /// <exception cref="IOException">The input cannot be read.</exception>
    public static IEnumerable<AnsweredLine> Read(TextReader input)
    {
        int number = 0;
        while (input.ReadLine() is { } line)
        {
            number++;
            if (!string.IsNullOrWhiteSpace(line)) yield return Parse(line, number);
        }
    }

    /// <summary>Answers every line that has no answer yet; what fails with UserData is the line's own error.</summary>
    public static AnsweredLine Answer(AnsweredLine line, Func<JsonElement, JsonObject> answer)
    {
        if (line.Question is not { } question || line.Answer is not null) return line;
        try
        {
            JsonObject answered = answer(question);
            answered.Insert(0, "id", Id(question));
            return line with { Answer = answered };
        }
        catch (StageFailedException e) when (e.Failure == StageFailureClass.UserData)
        {
            return line with { Answer = Refusal(Id(question), line.Number, e.Message), Refused = true };
        }
        catch (InvalidOperationException e) when (e.Message.Contains("UTF-16", StringComparison.Ordinal))
        {
            // An escape of half a character: JSON by its grammar, but no text.
            return line with { Answer = Refusal(null, line.Number, "a string holds half of a surrogate pair"), Refused = true };
        }
    }

    /// <summary>Answers every line and writes the answers as they come, in the order of the lines.</summary>
    /// <param name="input">The lines.</param>
    /// <param name="output">Where the answers go.</param>
    /// <param name="answer">Answers one; called from several threads where more than one is answered at once.</param>
    /// <param name="atOnce">How many lines are answered at once; so many are held in memory.</param>
    /// <returns>How many lines were refused.</returns>
    public static int Run(TextReader input, TextWriter output, Func<JsonElement, JsonObject> answer, int atOnce = 1)
    {
        int refused = 0;
        if (atOnce == 1)
        {
            foreach (AnsweredLine line in Read(input)) Finish(Answer(line, answer));
            return refused;
        }
        var pending = new Queue<Task<AnsweredLine>>();
        try
        {
            foreach (AnsweredLine line in Read(input))
            {
                if (pending.Count == atOnce) Finish(pending.Dequeue().GetAwaiter().GetResult());

                // Threads of their own: an answer may wait for other processes.
                pending.Enqueue(Task.Factory.StartNew(() => Answer(line, answer), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
            }
            while (pending.TryDequeue(out Task<AnsweredLine>? next)) Finish(next.GetAwaiter().GetResult());
        }
        finally
        {
            // After a failure nothing is left at work behind the caller's back.
            Task.WhenAll(pending).ContinueWith(_ => { }, TaskScheduler.Default).Wait();
        }
        return refused;

        void Finish(AnsweredLine answered)
        {
            Write(answered, output);
            if (answered.Refused) refused++;
        }
    }

    /// <summary>The same where answers take their time: so many lines are under way at once, begun one after the other; the order of the answers stays.</summary>
    /// <param name="input">The lines.</param>
    /// <param name="atOnce">Lines that are under way.</param>
    /// <param name="answer">Answers a line; UserData that it fails with at once, and not only later, is the line's own error.</param>
    /// <param name="answered">Told every line with its answer, in order.</param>
    /// <returns>How many lines were refused.</returns>
    public static async Task<int> RunAsync(TextReader input, int atOnce, Func<JsonElement, Task<JsonObject>> answer, Action<AnsweredLine> answered)
    {
        int refused = 0;
        var underWay = new Queue<(AnsweredLine Line, Task<JsonObject>? Answer)>();
        foreach (AnsweredLine line in Read(input))
        {
            Task<JsonObject>? begun = null;
            AnsweredLine checkedLine = Answer(line, question =>
            {
                begun = answer(question);
                return [];
            });
            underWay.Enqueue((checkedLine, checkedLine.Refused ? null : begun));
            if (underWay.Count >= atOnce) await EndAsync().ConfigureAwait(true);
        }

        while (underWay.Count > 0) await EndAsync().ConfigureAwait(true);
        return refused;

        async Task EndAsync()
        {
            (AnsweredLine line, Task<JsonObject>? begun) = underWay.Dequeue();
            if (begun is not null)
            {
                foreach ((string name, JsonNode? value) in (await begun.ConfigureAwait(true)).ToList()) line.Answer![name] = value?.DeepClone();
            }

            if (line.Refused) refused++;
            answered(line);
        }
    }

    /// <summary>Writes a line's answer.</summary>
    public static void Write(AnsweredLine line, TextWriter output) => output.Write(line.Answer!.ToJsonString(Relaxed) + "\n");

    private static AnsweredLine Parse(string line, int number)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new AnsweredLine(number, document.RootElement.Clone(), null, false)
                : new AnsweredLine(number, null, Refusal(null, number, "the line is not a JSON object"), true);
        }
        catch (JsonException e)
        {
            return new AnsweredLine(number, null, Refusal(null, number, $"the line is not JSON: {e.Message}"), true);
        }
    }

    private static JsonNode? Id(JsonElement question) => question.TryGetProperty("id", out JsonElement id) && id.ValueKind != JsonValueKind.Null ? JsonNode.Parse(id.GetRawText()) : null;

    private static JsonObject Refusal(JsonNode? id, int line, string error) => new() { ["id"] = id, ["line"] = line, ["error"] = error };
}
