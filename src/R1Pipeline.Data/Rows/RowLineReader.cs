using System.Text.Json;
using System.Text.RegularExpressions;
using R1Pipeline.Contracts.Data;
using R1Pipeline.Contracts.Rewards;
using R1Pipeline.Data.Chat;

namespace R1Pipeline.Data.Rows;

/// <summary>Takes the row fields out of one JSON object and notes what is wrong with it, with the byte column of the value.</summary>
internal sealed class RowLineReader(RowParser parser, int number, ReadOnlyMemory<byte> line, JsonElement root, List<DataRowProblem> problems)
{
    // Numbers stand for their text where data sets store them as either.
    private static readonly HashSet<string> MayBeNumber = [DataRowFields.Id, DataRowFields.Think, DataRowFields.Answer, DataRowFields.Gold];

    // An empty answer is a real (bad) answer of a pair.
    private static readonly HashSet<string> MayBeEmpty = [DataRowFields.Chosen, DataRowFields.Rejected];

    private static readonly HashSet<string> Cleaned = [DataRowFields.Text, DataRowFields.Response, DataRowFields.Think, DataRowFields.Answer];

    /// <summary>The words of a label.</summary>
    public const string Safe = "safe", Unsafe = "unsafe";

    private readonly int _problemsBefore = problems.Count;
    private readonly HashSet<string> _present = [];

    public DataRow? Row()
    {
        IReadOnlyList<ChatMessage>? prompt = Prompt();
        string? text = Text(DataRowFields.Text);
        string? response = Text(DataRowFields.Response);
        string task = Task();
        var row = new DataRow
        {
            Source = parser.Source.Name,
            Line = number,
            Id = Text(DataRowFields.Id) ?? number.ToString(),
            Text = text,
            Prompt = prompt,
            Response = response,
            Think = Text(DataRowFields.Think),
            Answer = Text(DataRowFields.Answer),
            Gold = task == TaskKinds.Math ? Text(DataRowFields.Gold) : JsonOrText(DataRowFields.Gold),
            Chosen = Text(DataRowFields.Chosen),
            Rejected = Text(DataRowFields.Rejected),
            IsSafe = Label(),
            Language = Language() ?? parser.Source.Language ?? ScriptLanguage.Detect(prompt?[^1].Content ?? text ?? response ?? ""),
            Must = Words(DataRowFields.Must),
            MustNot = Words(DataRowFields.MustNot),
            Task = task,
        };
        CheckAlternatives();
        if (row is { Task: TaskKinds.Safety, Gold: not null }) Problem(Keys(DataRowFields.Gold)[0], $"is given, but a row of task {TaskKinds.Safety} has no answer to be checked by; leave it out or name another task");
        return problems.Count == _problemsBefore ? row : null;
    }

    private void CheckAlternatives()
    {
        if (parser.Alternatives.Count == 0 || problems.Count > _problemsBefore || parser.Alternatives.Any(fields => fields.All(_present.Contains))) return;
        IReadOnlyList<string> nearest = parser.Alternatives.MaxBy(fields => fields.Count(_present.Contains))!;
        string accepted = string.Join(" or ", parser.Alternatives.Select(fields => string.Join(" + ", fields)));
        foreach (string field in nearest.Where(field => !_present.Contains(field)))
            Problem(Keys(field)[0], $"is missing; a row here needs {accepted}, and `fields` can name other keys for them", ofLine: true);
    }

    private IReadOnlyList<string> Keys(string field) => parser.Source.Fields.TryGetValue(field, out IReadOnlyList<string>? keys) && keys.Count > 0 ? keys : [field];

    /// <summary>The values of a row field that are not null, with their keys. A mapped key that is missing is a problem.</summary>
    private List<(string Key, JsonElement Value)> Values(string field)
    {
        bool mapped = parser.Source.Fields.ContainsKey(field);
        var values = new List<(string, JsonElement)>();
        foreach (string key in Keys(field))
        {
            if (!root.TryGetProperty(key, out JsonElement value))
            {
                if (mapped) Problem(key, $"is missing; `fields` takes {field} from it", ofLine: true);
            }
            else if (value.ValueKind != JsonValueKind.Null)
            {
                values.Add((key, value));
                _present.Add(field);
            }
        }

        return values;
    }

    private string? Text(string field)
    {
        var parts = new List<string>();
        foreach ((string key, JsonElement value) in Values(field))
        {
            if (value.ValueKind == JsonValueKind.String) parts.Add(Clean(field, key, value.GetString()!));
            else if (value.ValueKind == JsonValueKind.Number && MayBeNumber.Contains(field)) parts.Add(value.GetRawText());
            else if (parser.Matters(field)) Problem(key, $"is a {Name(value)}; {field} must be a string{(MayBeNumber.Contains(field) ? " or a number" : "")}");
        }

        string joined = string.Join('\n', parts.Where(part => part.Length > 0));
        return joined.Length > 0 || (parts.Count > 0 && MayBeEmpty.Contains(field)) ? joined : null;
    }

    private string Clean(string field, string key, string text)
    {
        if (!Cleaned.Contains(field)) return text;
        try
        {
            return parser.Removal.Apply(text);
        }
        catch (RegexMatchTimeoutException e)
        {
            Problem(key, $"takes the expression {e.Pattern} of `remove` longer than {e.MatchTimeout.TotalSeconds:0} s; write it without nested repetition");
            return text;
        }
    }

    private List<ChatMessage>? Prompt()
    {
        List<(string Key, JsonElement Value)> values = Values(DataRowFields.Prompt);
        if (values is [(string key, { ValueKind: JsonValueKind.Array } list)]) return Messages(key, list);
        var parts = new List<string>();
        foreach ((string name, JsonElement value) in values)
        {
            if (value.ValueKind == JsonValueKind.String) parts.Add(value.GetString()!);
            else if (parser.Matters(DataRowFields.Prompt)) Problem(name, $"is a {Name(value)}; prompt must be a string or a list of {{role, content}}");
        }

        string joined = string.Join('\n', parts.Where(part => part.Length > 0));
        return joined.Length > 0 ? [new ChatMessage("user", joined)] : null;
    }

    private List<ChatMessage>? Messages(string key, JsonElement list)
    {
        var messages = new List<ChatMessage>();
        foreach (JsonElement message in list.EnumerateArray())
        {
            string? role = Member(message, "role");
            string? content = Member(message, "content");
            string where = $"has message {messages.Count + 1}";
            if (role is null || content is null) Problem(key, $"{where} that is not {{role: string, content: string}}");
            else if (!(role is "user" or "assistant" || (role == "system" && messages.Count == 0))) Problem(key, $"{where} of role '{role}'; accepted are user and assistant, and system for the first");
            messages.Add(new ChatMessage(role ?? "", content ?? ""));
        }

        if (messages.Count == 0 || messages[^1].Role != "user") Problem(key, "must be a list of messages that ends with one of role user");
        return messages.Count == 0 ? null : messages;
    }

    private bool? Label()
    {
        bool? label = null;
        foreach ((string key, JsonElement value) in Values(DataRowFields.Label))
        {
            label = value.ValueKind switch
            {
                JsonValueKind.True => true,
                JsonValueKind.False => false,
                JsonValueKind.String => value.GetString() switch { Safe => true, Unsafe => false, _ => null },
                JsonValueKind.Number => value.GetDouble() switch { 1 => true, 0 => false, _ => null },
                _ => null,
            };

            // Other data sets mean other things by this name.
            if (label is null && parser.Matters(DataRowFields.Label))
                Problem(key, $"is {Short(value)}; accepted are {Safe}, true and 1, {Unsafe}, false and 0");
        }

        return label;
    }

    private static string Short(JsonElement value) => value.GetRawText() is { Length: > 40 } text ? text[..40] + "…" : value.GetRawText();

    private string? Language()
    {
        string? language = Text(DataRowFields.Language);
        if (language is null or "en" or "zh") return language;
        // An unmapped key of this name may mean something else (a programming language).
        if (parser.Source.Fields.ContainsKey(DataRowFields.Language)) Problem(Keys(DataRowFields.Language)[0], $"is '{language}'; accepted are en and zh");
        return null;
    }

    private string Task()
    {
        string task = Text(DataRowFields.Task) ?? parser.Source.Task ?? TaskKinds.Math;
        if (TaskKinds.All.Contains(task) || task == TaskKinds.Safety) return task;
        Problem(Keys(DataRowFields.Task)[0], $"is '{task}'; accepted are {string.Join(", ", TaskKinds.All)} and {TaskKinds.Safety}");
        return TaskKinds.Math;
    }

    /// <summary>A text as it is; anything else as its JSON; the values of several keys as one object.</summary>
    private string? JsonOrText(string field)
    {
        List<(string Key, JsonElement Value)> values = Values(field);
        return values switch
        {
            [] => null,
            [(_, { ValueKind: JsonValueKind.String } text)] => text.GetString() is { Length: > 0 } content ? content : null,
            [(_, var value)] => value.GetRawText(),
            _ => JsonSerializer.Serialize(values.ToDictionary(pair => pair.Key, pair => pair.Value)),
        };
    }

    private List<string>? Words(string field)
    {
        List<(string Key, JsonElement Value)> values = Values(field);
        var words = new List<string>();
        foreach ((string key, JsonElement value) in values)
        {
            JsonElement[] entries = value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : [value];
            if (Array.TrueForAll(entries, entry => entry.ValueKind == JsonValueKind.String)) words.AddRange(entries.Select(entry => entry.GetString()!));
            else if (parser.Matters(field)) Problem(key, $"is not a list of strings; {field} must be one");
        }

        return values.Count == 0 ? null : words;
    }

    private static string? Member(JsonElement message, string name) =>
        message.ValueKind == JsonValueKind.Object && message.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private void Problem(string key, string message, bool ofLine = false) =>
        problems.Add(new DataRowProblem(parser.Path, number, ofLine ? 1 : ColumnOf(key), key, $"`{key}` {message}"));

    /// <summary>Byte column of a top-level key's value.</summary>
    private int ColumnOf(string key)
    {
        var reader = new Utf8JsonReader(line.Span);
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != 1) continue;
            bool found = reader.ValueTextEquals(key);
            reader.Read();
            if (found) return (int)reader.TokenStartIndex + 1;
            reader.Skip();
        }

        return 1;
    }

    private static string Name(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True or JsonValueKind.False => "boolean",
        JsonValueKind.Array => "list",
        _ => value.ValueKind.ToString().ToLowerInvariant(),
    };
}
