using System.Text.Json;

namespace R1Pipeline.Orchestration.Stores;

/// <summary>The kebab-case words of an enum, as they stand in the store and in JSON.</summary>
public static class EnumWords
{
    /// <summary>The word of a value.</summary>
    public static string Word<T>(this T value) where T : struct, Enum => Table<T>.Words[value];

    /// <summary>The value of a word.</summary>
    /// <exception cref="InvalidDataException">There is no such word.</exception>
    public static T Parse<T>(string word) where T : struct, Enum =>
        Table<T>.Values.TryGetValue(word, out var value) ? value : throw new InvalidDataException($"'{word}' is no {typeof(T).Name}");

    private static class Table<T> where T : struct, Enum
    {
        internal static readonly Dictionary<T, string> Words =
            Enum.GetValues<T>().ToDictionary(value => value, value => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString()));

        internal static readonly Dictionary<string, T> Values = Words.ToDictionary(pair => pair.Value, pair => pair.Key);
    }
}
