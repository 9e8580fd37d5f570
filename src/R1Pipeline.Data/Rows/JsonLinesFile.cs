using System.Buffers;
using System.Security.Cryptography;

namespace R1Pipeline.Data.Rows;

/// <summary>
/// A JSON Lines file as raw lines: cut at line feeds only, so that line numbers are an editor's. Lines of white space are passed over (they count).
/// One line is in memory at a time.
/// </summary>
internal sealed class JsonLinesFile : IDisposable
{
    private readonly FileStream _stream;

    private JsonLinesFile(FileStream stream) => _stream = stream;

    public static JsonLinesFile Open(string path) => new(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1));

    /// <summary>Lower-case hex SHA-256 of the whole file. The lines read afterwards are those of the same open file.</summary>
    public string Sha256()
    {
        _stream.Position = 0;
        return Convert.ToHexStringLower(SHA256.HashData(_stream));
    }

    /// <summary>Number (from 1) and bytes of each line; the bytes are valid until the next one.</summary>
    public IEnumerable<(int Number, ReadOnlyMemory<byte> Bytes)> Lines()
    {
        _stream.Position = 0;
        byte[] buffer = new byte[1 << 16];
        var line = new ArrayBufferWriter<byte>();
        int number = 0;
        int read;
        while ((read = _stream.Read(buffer)) > 0)
        {
            int start = 0;
            while (buffer.AsSpan(start, read - start).IndexOf((byte)'\n') is int length and >= 0)
            {
                line.Write(buffer.AsSpan(start, length));
                start += length + 1;
                number++;
                if (Content(line, number) is { } bytes) yield return (number, bytes);
                line.ResetWrittenCount();
            }

            line.Write(buffer.AsSpan(start, read - start));
        }

        if (Content(line, number + 1) is { } last) yield return (number + 1, last);
    }

    public void Dispose() => _stream.Dispose();

    private static ReadOnlyMemory<byte>? Content(ArrayBufferWriter<byte> line, int number)
    {
        ReadOnlyMemory<byte> bytes = line.WrittenMemory;
        if (number == 1 && bytes.Span.StartsWith("\uFEFF"u8)) bytes = bytes[3..];
        return bytes.Span.IndexOfAnyExcept(" \t\r"u8) < 0 ? (ReadOnlyMemory<byte>?)null : bytes;
    }
}
