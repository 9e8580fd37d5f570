using System.Text;

namespace R1Pipeline.Orchestration.Stores;

/// <summary>Text that the program did not make, such as a dying worker's last words, in the characters that every database takes.</summary>
internal static class StoredText
{
    private const char Replacement = '\ufffd';

    /// <summary>The text with a replacement character for NUL, which PostgreSQL refuses, and for halves of characters, which UTF-8 has no bytes for.</summary>
    public static string? Clean(string? text) =>
        text is null ? null : Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).Replace('\0', Replacement);
}
