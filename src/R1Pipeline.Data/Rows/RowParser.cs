using System.Text.Json;
using System.Text.RegularExpressions;
using R1Pipeline.Contracts.Data;
using R1Pipeline.Data.Chat;

namespace R1Pipeline.Data.Rows;

/// <summary>
/// One JSON line to a row, by the source's field mapping. Finds every problem of the line. A key that <c>fields</c> names must be there (null and
/// empty count as there); an empty value gives a row without that field, which a stage refuses by its own account.
/// </summary>
internal sealed class RowParser
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    // Numbers stand for their text where data sets store them as either.
    private static readonly HashSet<string> MayBeNumber = [DataRowFields.Id, DataRowFields.Think, DataRowFields.Answer, DataRowFields.Gold];

    // An empty answer is a real (bad) answer of a pair.
    private static readonly HashSet<string> MayBeEmpty = [DataRowFields.Chosen, DataRowFields.Rejected];

    private static readonly HashSet<string> Cleaned = [DataRowFields.Text, DataRowFields.Response, DataRowFields.Think, DataRowFields.Answer];

    private readonly DataSourceDefinition _source;
    private readonly IReadOnlyList<IReadOnlyList<string>> _alternatives;
    private readonly HashSet<string> _needed;
    private readonly TextRemoval _removal;

    public RowParser(DataSourceDefinition source, IReadOnlyList<IReadOnlyList<string>>? alternatives)
    {
        _source = source;
        _alternatives = alternatives ?? [];
        _needed = [.. _alternatives.SelectMany(fields => fields)];
        _removal = new TextRemoval(source.Name, source.Remove);
    }

    private string Path => _source.Path ?? _source.Name;

    /// <summary>The row, or null after at least one problem was added.</summary>
    public DataRow? Parse(int number, ReadOnlyMemory<byte> line, List<DataRowProblem> problems)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line, Strict);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
                return new LineReader(this, number, line, document.RootElement, problems).Row();
            problems.Add(new DataRowProblem(Path, number, 1, null, $"the line is a JSON {document.RootElement.ValueKind.ToString().ToLowerInvariant()}, not an object"));
        }
        catch (JsonException e)
        {
            problems.Add(new DataRowProblem(Path, number, (int)(e.BytePositionInLine ?? 0) + 1, null, $"the line is not JSON: {Sentence(e.Message)}"));
        }
        catch (InvalidOperationException e) when (e.InnerException is System.Text.DecoderFallbackException or null)
        {
            problems.Add(new DataRowProblem(Path, number, 1, null, "the line is not UTF-8, or escapes half a character"));
        }

        return null;
    }

    // The serializer appends "LineNumber: 0 | BytePositionInLine: 7.", which this file's own position replaces.
    private static string Sentence(string message)
    {
        int position = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return position < 0 ? message : message[..position];
    }

    /// <summary>The work on one line.</summary>
    private sealed class LineReader(RowParser parser, int number, ReadOnlyMemory<byte> line, JsonElement root, List<DataRowProblem> problems)
    {
        private readonly int _problemsBefore = problems.Count;
        private readonly HashSet<string> _present = [];

        public DataRow? Row()
        {
            IReadOnlyList<ChatMessage>? prompt = Prompt();
            string? text = Text(DataRowFields.Text);
            string? response = Text(DataRowFields.Response);
            var row = new DataRow
            {
                Source = parser._source.Name,
                Line = number,
                Id = Text(DataRowFields.Id) ?? number.ToString(),
                Text = text,
                Prompt = prompt,
                Response = response,
                Think = Text(DataRowFields.Think),
                Answer = Text(DataRowFields.Answer),
                Gold = Text(DataRowFields.Gold),
                Chosen = Text(DataRowFields.Chosen),
                Rejected = Text(DataRowFields.Rejected),
                Language = Language() ?? parser._source.Language ?? ScriptLanguage.Detect(prompt?[^1].Content ?? text ?? response ?? ""),
                Must = Words(DataRowFields.Must),
                MustNot = Words(DataRowFields.MustNot),
            };
            CheckAlternatives();
            return problems.Count == _problemsBefore ? row : null;
        }

        private void CheckAlternatives()
        {
            if (parser._alternatives.Count == 0 || problems.Count > _problemsBefore || parser._alternatives.Any(fields => fields.All(_present.Contains))) return;
            IReadOnlyList<string> nearest = parser._alternatives.MaxBy(fields => fields.Count(_present.Contains))!;
            string accepted = string.Join(" or ", parser._alternatives.Select(fields => string.Join(" + ", fields)));
            foreach (string field in nearest.Where(field => !_present.Contains(field)))
                Problem(Keys(field)[0], $"is missing; a row here needs {accepted}, and `fields` can name other keys for them", ofLine: true);
        }

        private IReadOnlyList<string> Keys(string field) => parser._source.Fields.TryGetValue(field, out IReadOnlyList<string>? keys) && keys.Count > 0 ? keys : [field];

        /// <summary>The values of a row field that are not null, with their keys. A mapped key that is missing is a problem.</summary>
        private List<(string Key, JsonElement Value)> Values(string field)
        {
            bool mapped = parser._source.Fields.ContainsKey(field);
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

        /// <summary>Whether a value of the wrong type is an error: a key that merely shares a field's name and is not asked for is left alone.</summary>
        private bool Matters(string field) => parser._needed.Contains(field) || parser._source.Fields.ContainsKey(field) || parser._alternatives.Count == 0;

        private string? Text(string field)
        {
            var parts = new List<string>();
            foreach ((string key, JsonElement value) in Values(field))
            {
                if (value.ValueKind == JsonValueKind.String) parts.Add(Clean(field, key, value.GetString()!));
                else if (value.ValueKind == JsonValueKind.Number && MayBeNumber.Contains(field)) parts.Add(value.GetRawText());
                else if (Matters(field)) Problem(key, $"is a {Name(value)}; {field} must be a string{(MayBeNumber.Contains(field) ? " or a number" : "")}");
            }

            string joined = string.Join('\n', parts.Where(part => part.Length > 0));
            return joined.Length > 0 || (parts.Count > 0 && MayBeEmpty.Contains(field)) ? joined : null;
        }

        private string Clean(string field, string key, string text)
        {
            if (!Cleaned.Contains(field)) return text;
            try
            {
                return parser._removal.Apply(text);
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
                else if (Matters(DataRowFields.Prompt)) Problem(name, $"is a {Name(value)}; prompt must be a string or a list of {{role, content}}");
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

        private string? Language()
        {
            string? language = Text(DataRowFields.Language);
            if (language is null or "en" or "zh") return language;
            // An unmapped key of this name may mean something else (a programming language).
            if (parser._source.Fields.ContainsKey(DataRowFields.Language)) Problem(Keys(DataRowFields.Language)[0], $"is '{language}'; accepted are en and zh");
            return null;
        }

        private List<string>? Words(string field)
        {
            List<(string Key, JsonElement Value)> values = Values(field);
            var words = new List<string>();
            foreach ((string key, JsonElement value) in values)
            {
                JsonElement[] entries = value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : [value];
                if (Array.TrueForAll(entries, entry => entry.ValueKind == JsonValueKind.String)) words.AddRange(entries.Select(entry => entry.GetString()!));
                else if (Matters(field)) Problem(key, $"is not a list of strings; {field} must be one");
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
}
