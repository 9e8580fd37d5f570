using System.Globalization;

namespace R1Pipeline.Orchestration.Reports;

/// <summary>How figures look in reports and tables: shares as <c>.875</c>, invariant culture, a dash where there is none. Rounds, never hides a sign.</summary>
public static class Figures
{
    /// <summary>Stands for a figure that does not exist.</summary>
    public const string None = "–";

    /// <summary>Three decimals without the leading zero: <c>.875</c>, <c>1.000</c>, <c>-.010</c>.</summary>
    public static string Share(double? value)
    {
        if (value is not { } number) return None;
        if (!double.IsFinite(number)) return number.ToString(CultureInfo.InvariantCulture);
        string text = number.ToString("0.000", CultureInfo.InvariantCulture);
        return text.StartsWith("0.", StringComparison.Ordinal) ? text[1..] : text.StartsWith("-0.", StringComparison.Ordinal) ? "-" + text[2..] : text;
    }

    /// <summary>A share with its 95 % interval's half width: <c>.875 ±.032</c>.</summary>
    public static string ShareWithInterval(double? value, double? low, double? high) =>
        value is null ? None : low is null || high is null ? Share(value) : $"{Share(value)} ±{Share((high - low) / 2)}";

    /// <summary>A mean count: one decimal.</summary>
    public static string Mean(double? value) => value is not { } number ? None : number.ToString("0.0", CultureInfo.InvariantCulture);

    /// <summary>Any figure of unknown size: about four significant digits.</summary>
    public static string Any(double value)
    {
        double size = Math.Abs(value);
        if (!double.IsFinite(value)) return value.ToString(CultureInfo.InvariantCulture);
        if (value == Math.Truncate(value) && size < 1e9) return value.ToString("0", CultureInfo.InvariantCulture);
        if (size is >= 1000 and < 1e9) return value.ToString("0", CultureInfo.InvariantCulture);
        if (size >= 10) return value.ToString("0.00", CultureInfo.InvariantCulture);
        return size >= 1e-3 ? value.ToString("0.0000", CultureInfo.InvariantCulture) : value.ToString("0.00e-0", CultureInfo.InvariantCulture);
    }

    /// <summary>A duration: <c>0.8 s</c>, <c>12.3 s</c>, <c>4 min 05 s</c>, <c>2 h 03 min</c>.</summary>
    public static string Duration(TimeSpan? value) => value switch
    {
        null => None,
        { TotalSeconds: < 60 } time => time.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture) + " s",
        { TotalMinutes: < 60 } time => $"{(int)time.TotalMinutes} min {time.Seconds:00} s",
        { } time => $"{(int)time.TotalHours} h {time.Minutes:00} min",
    };

    /// <summary>A size: <c>512 B</c>, <c>3.4 MiB</c>; 0 is not measured.</summary>
    public static string Bytes(long value)
    {
        if (value <= 0) return None;
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB"];
        double size = value;
        int unit = 0;
        for (; size >= 1024 && unit < units.Length - 1; unit++) size /= 1024;
        return size.ToString(unit == 0 ? "0" : "0.0", CultureInfo.InvariantCulture) + " " + units[unit];
    }
}
