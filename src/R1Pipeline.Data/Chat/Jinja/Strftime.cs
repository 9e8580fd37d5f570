using System.Globalization;
using System.Text;

namespace R1Pipeline.Data.Chat.Jinja;

/// <summary><c>datetime.strftime</c> in the C locale.</summary>
internal static class Strftime
{
    public static string Format(DateTime time, string format)
    {
        var text = new StringBuilder();
        for (int i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length)
            {
                text.Append(format[i]);
                continue;
            }

            bool plain = format[++i] == '-' && i + 1 < format.Length;
            string part = Part(time, plain ? format[++i] : format[i]);
            Budget.RequireRoom(text.Length);
            text.Append(plain ? part.TrimStart('0') is { Length: > 0 } short_ ? short_ : "0" : part);
        }

        return text.ToString();
    }

    private static string Part(DateTime time, char code)
    {
        CultureInfo invariant = CultureInfo.InvariantCulture;
        return code switch
        {
            'a' => time.ToString("ddd", invariant),
            'A' => time.ToString("dddd", invariant),
            'b' or 'h' => time.ToString("MMM", invariant),
            'B' => time.ToString("MMMM", invariant),
            'c' => time.ToString("ddd MMM ", invariant) + time.Day.ToString(invariant).PadLeft(2) + time.ToString(" HH:mm:ss yyyy", invariant),
            'd' => time.ToString("dd", invariant),
            'D' or 'x' => time.ToString("MM/dd/yy", invariant),
            'e' => time.Day.ToString(invariant).PadLeft(2),
            'f' => time.ToString("ffffff", invariant),
            'F' => time.ToString("yyyy-MM-dd", invariant),
            'H' => time.ToString("HH", invariant),
            'I' => time.ToString("hh", invariant),
            'j' => time.DayOfYear.ToString("000", invariant),
            'm' => time.ToString("MM", invariant),
            'M' => time.ToString("mm", invariant),
            'n' => "\n",
            'p' => time.Hour < 12 ? "AM" : "PM",
            'R' => time.ToString("HH:mm", invariant),
            'S' => time.ToString("ss", invariant),
            't' => "\t",
            'T' or 'X' => time.ToString("HH:mm:ss", invariant),
            'u' => (time.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)time.DayOfWeek).ToString(invariant),
            'w' => ((int)time.DayOfWeek).ToString(invariant),
            'y' => time.ToString("yy", invariant),
            'Y' => time.ToString("yyyy", invariant),
            // A time without zone has neither name nor offset.
            'z' or 'Z' => "",
            '%' => "%",
            _ => throw new JinjaException($"strftime_now: %{code} is not supported"),
        };
    }
}
