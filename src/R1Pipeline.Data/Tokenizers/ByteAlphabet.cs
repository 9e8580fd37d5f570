using System.Text;

namespace R1Pipeline.Data.Tokenizers;

/// <summary>The characters that stand for the 256 bytes in byte-level vocabularies: printable Latin-1 for itself, the others from U+0100 on.</summary>
internal static class ByteAlphabet
{
    private static readonly char[] CharOfByte = Build();
    private static readonly Dictionary<char, byte> ByteOfChar = Enumerable.Range(0, 256).ToDictionary(b => CharOfByte[b], b => (byte)b);

    /// <summary>The 256 characters in character order: the order in which a trained vocabulary lists them.</summary>
    public static IReadOnlyList<char> Sorted { get; } = [.. CharOfByte.Order()];

    public static char Of(byte value) => CharOfByte[value];

    /// <summary>The bytes of a token; false when it has a character that stands for none.</summary>
    public static bool TryBytes(string token, List<byte> bytes)
    {
        int start = bytes.Count;
        foreach (char c in token)
        {
            if (!ByteOfChar.TryGetValue(c, out byte value))
            {
                bytes.RemoveRange(start, bytes.Count - start);
                return false;
            }

            bytes.Add(value);
        }

        return true;
    }

    /// <summary>A text's UTF-8 bytes in this alphabet.</summary>
    public static string Spell(ReadOnlySpan<char> text)
    {
        byte[] bytes = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        int length = Encoding.UTF8.GetBytes(text, bytes);
        return string.Create(length, bytes, static (chars, bytes) =>
        {
            for (int i = 0; i < chars.Length; i++) chars[i] = CharOfByte[bytes[i]];
        });
    }

    private static char[] Build()
    {
        var chars = new char[256];
        int next = 256;
        for (int b = 0; b < 256; b++)
            chars[b] = b is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF) ? (char)b : (char)next++;
        return chars;
    }
}
