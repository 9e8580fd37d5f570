namespace R1Pipeline.Rewards.Mathematics.Reading;

/// <summary>Takes from an answer what stands around it and says nothing: white space, emphasis, quotation marks, a full stop, math delimiters.</summary>
internal static class AnswerTrim
{
    public static string Trim(string text)
    {
        string result = text.Trim();
        for (int length = result.Length + 1; result.Length < length && result.Length > 0;)
        {
            length = result.Length;
            if (result.Length > 4 && result.StartsWith("**", StringComparison.Ordinal) && result.EndsWith("**", StringComparison.Ordinal)) result = result[2..^2].Trim();
            if (result.Length > 2 && result[0] == result[^1] && result[0] is '"' or '`') result = result[1..^1].Trim();
            if (result[^1] is '.' or '。' or '．' && !result.EndsWith("..", StringComparison.Ordinal)) result = result[..^1].Trim();
            if (result.Length > 2 && result.StartsWith('$') && result.EndsWith('$')) result = result.Trim('$').Trim();
            if (result.Length == 0) break;
        }

        return result;
    }
}
