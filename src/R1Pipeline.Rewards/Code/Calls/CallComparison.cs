using System.Globalization;
using System.Text.Json;

namespace R1Pipeline.Rewards.Code.Calls;

/// <summary>Whether a function's result is the expected value; always outside the sandbox, on JSON that the completion's process said.</summary>
internal static class CallComparison
{
    /// <summary>
    /// Kinds must agree (true is not 1, null is nothing else); texts by code points; numbers by value, whole ones exactly at any size, others as doubles,
    /// or within <paramref name="epsilon"/> absolutely or relative to the expected one; arrays in order; objects by their keys, in any order.
    /// </summary>
    /// <param name="expected">The test's value.</param>
    /// <param name="actual">The result.</param>
    /// <param name="epsilon">Tolerance of numbers; 0: none.</param>
    public static bool Same(JsonElement expected, JsonElement actual, double epsilon)
    {
        if (expected.ValueKind != actual.ValueKind) return false;
        return expected.ValueKind switch
        {
            JsonValueKind.String => expected.GetString() == actual.GetString(),
            JsonValueKind.Number => SameNumber(expected.GetRawText(), actual.GetRawText(), epsilon),
            JsonValueKind.Array => expected.GetArrayLength() == actual.GetArrayLength() && expected.EnumerateArray().Zip(actual.EnumerateArray()).All(pair => Same(pair.First, pair.Second, epsilon)),
            JsonValueKind.Object => expected.EnumerateObject().Count() == actual.EnumerateObject().Count()
                && expected.EnumerateObject().All(member => actual.TryGetProperty(member.Name, out JsonElement found) && Same(member.Value, found, epsilon)),
            _ => true,
        };
    }

    private static bool SameNumber(string expected, string actual, double epsilon)
    {
        if (expected == actual) return true;
        if (epsilon == 0 && Whole(expected) && Whole(actual)) return expected.TrimStart('-') == "0" && actual.TrimStart('-') == "0";
        double wanted = double.Parse(expected, CultureInfo.InvariantCulture), found = double.Parse(actual, CultureInfo.InvariantCulture);
        return wanted == found || (double.IsFinite(wanted) && double.IsFinite(found) && Math.Abs(wanted - found) <= epsilon * Math.Max(1, Math.Abs(wanted)));
    }

    private static bool Whole(string number) => number.AsSpan().IndexOfAny('.', 'e', 'E') < 0;
}
