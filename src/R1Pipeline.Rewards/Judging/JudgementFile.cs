using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace R1Pipeline.Rewards.Judging;

/// <summary>
/// The judgements that were made, JSON Lines that only grow: <c>{key, tokens, reply | error}</c>. Failures are kept too, so that a step that is done again rests on the
/// same judgements. In memory is where each stands, not what it says. A last line that its writer's death cut off is left out; the texts of one that is
/// damaged otherwise are asked again. Safe for several threads.
/// </summary>
internal sealed class JudgementFile : IDisposable
{
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private readonly Lock _gate = new();
    private readonly List<FileStream> _files = [];
    private readonly Dictionary<string, (int File, long Offset, int Length)> _places = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _tokens = new(StringComparer.Ordinal);

    /// <summary>Opens the file that is written to and those of earlier attempts, which are only read.</summary>
    /// <param name="path">The file; made where it is not there.</param>
    /// <param name="earlier">Files of earlier attempts, the oldest first: the newest judgement of a text counts.</param>
    /// <exception cref="IOException">A file cannot be read or written, or somebody else writes to it.</exception>
    public JudgementFile(string path, IReadOnlyList<string> earlier)
    {
        try
        {
            foreach (string file in earlier) Load(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite), mine: false);
            Load(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read), mine: true);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>How many different texts there are.</summary>
    public int Count => _places.Count;

    /// <summary>The tokens that were set apart for them.</summary>
    public long Tokens => _tokens.Values.Sum(tokens => (long)tokens);

    private FileStream Mine => _files[^1];

    /// <summary>What a text is kept under: the hash of everything that its reply depends on.</summary>
    public static string KeyOf(string model, string prompt, double temperature, int maxTokens, int repeat) => Convert.ToHexStringLower(
        SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(new { model, prompt, temperature, maxTokens, repeat = temperature == 0 ? 0 : repeat })));

    /// <summary>The judgement of a text; null: it was not asked yet.</summary>
    public JudgeReply? Find(string key)
    {
        lock (_gate)
        {
            if (!_places.TryGetValue(key, out var place)) return null;
            byte[] line = new byte[place.Length];
            _files[place.File].Position = place.Offset;
            _files[place.File].ReadExactly(line);
            Entry entry = JsonSerializer.Deserialize<Entry>(line, Json)!;
            return new JudgeReply(entry.Reply, entry.Error);
        }
    }

    /// <summary>Keeps a judgement: a process that dies after this has it.</summary>
    public void Add(string key, int tokens, JudgeReply reply)
    {
        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(new Entry(key, tokens, reply.Text, reply.Error), Json), (byte)'\n'];
        lock (_gate)
        {
            long end = Mine.Length;
            Mine.Position = end;
            Mine.Write(line);
            Mine.Flush();
            _places[key] = (_files.Count - 1, end, line.Length);
            _tokens[key] = tokens;
        }
    }

    /// <summary>After this a machine that loses its power has them too.</summary>
    public void Commit()
    {
        lock (_gate) Mine.Flush(flushToDisk: true);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (FileStream file in _files) file.Dispose();
    }

    private void Load(FileStream file, bool mine)
    {
        _files.Add(file);
        long start = 0, end = 0;
        using var line = new MemoryStream();
        var reader = new BufferedStream(file, 1 << 16);
        for (int next = reader.ReadByte(); next >= 0; next = reader.ReadByte())
        {
            end++;
            line.WriteByte((byte)next);
            if (next != '\n') continue;
            if (Parse(line.GetBuffer().AsSpan(0, (int)line.Length)) is { } entry) (_places[entry.Key], _tokens[entry.Key]) = ((_files.Count - 1, start, (int)(end - start)), entry.Tokens);
            start = end;
            line.SetLength(0);
        }

        if (mine && start < end) file.SetLength(start);
    }

    private static Entry? Parse(ReadOnlySpan<byte> line)
    {
        try
        {
            return JsonSerializer.Deserialize<Entry>(line, Json) is { Key.Length: > 0 } entry && (entry.Reply is null) != (entry.Error is null) ? entry : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private sealed record Entry(string Key, int Tokens, string? Reply, string? Error);
}
