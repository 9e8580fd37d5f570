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
            return Answered(line, answer(question));
        }
        catch (Exception e) when (Complaint(e) is not null)
        {
            return Refused(line, e);
        }
    }

    /// <summary>Answers every line and writes the answers as they come.</summary>
    /// <returns>How many lines were refused.</returns>
    public static int Run(TextReader input, TextWriter output, Func<JsonElement, JsonObject> answer)
    {
        int refused = 0;
        foreach (AnsweredLine line in Read(input))
        {
            AnsweredLine answered = Answer(line, answer);
            Write(answered, output);
            if (answered.Refused) refused++;
        }

        return refused;
    }

    /// <summary>The same where answers take their time: so many lines are under way at once, begun one after the other; the order of the answers stays.</summary>
    /// <param name="input">The lines.</param>
    /// <param name="atOnce">Lines that are under way.</param>
    /// <param name="answer">Answers a line; what it fails with as UserData, at once or later, is the line's own error.</param>
    /// <param name="answered">Told every line with its answer, in order.</param>
    /// <returns>How many lines were refused.</returns>
    public static async Task<int> RunAsync(TextReader input, int atOnce, Func<JsonElement, Task<JsonObject>> answer, Action<AnsweredLine> answered)
    {
        int refused = 0;
        var underWay = new Queue<Task<AnsweredLine>>();
        try
        {
            foreach (AnsweredLine line in Read(input))
            {
                underWay.Enqueue(AnswerAsync(line, answer));
                if (underWay.Count >= atOnce) await EndAsync().ConfigureAwait(true);
            }

            while (underWay.Count > 0) await EndAsync().ConfigureAwait(true);
            return refused;
        }
        finally
        {
            // After a failure nothing is left at work behind the caller's back.
            Task rest = Task.WhenAll(underWay);
            await rest.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }

        async Task EndAsync()
        {
            AnsweredLine line = await underWay.Dequeue().ConfigureAwait(true);
            if (line.Refused) refused++;
            answered(line);
        }
    }

    /// <summary>Writes a line's answer.</summary>
    public static void Write(AnsweredLine line, TextWriter output) => output.Write(line.Answer!.ToJsonString(Relaxed) + "\n");

    private static async Task<AnsweredLine> AnswerAsync(AnsweredLine line, Func<JsonElement, Task<JsonObject>> answer)
    {
        if (line.Question is not { } question || line.Answer is not null) return line;
        try
        {
            return Answered(line, await answer(question).ConfigureAwait(true));
        }
        catch (Exception e) when (Complaint(e) is not null)
        {
            return Refused(line, e);
        }
    }

    private static AnsweredLine Answered(AnsweredLine line, JsonObject answer)
    {
        answer.Insert(0, "id", Id(line.Question!.Value));
        return line with { Answer = answer };
    }

    /// <summary>What a failure says of the line; null: it is none of the line's.</summary>
    private static string? Complaint(Exception failure) => failure switch
    {
        StageFailedException { Failure: StageFailureClass.UserData } refused => refused.Message,

        // An escape of half a character: JSON by its grammar, but no text.
        InvalidOperationException half when half.Message.Contains("UTF-16", StringComparison.Ordinal) => "a string holds half of a surrogate pair",
        _ => null,
    };

    private static AnsweredLine Refused(AnsweredLine line, Exception failure) =>
        line with { Answer = Refusal(failure is StageFailedException ? Id(line.Question!.Value) : null, line.Number, Complaint(failure)!), Refused = true };

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
