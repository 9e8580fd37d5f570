using System.Globalization;

namespace R1Pipeline.Jail;

/// <summary>
/// What the command line asks for: <c>KEY=VALUE…  -- PROGRAM ARGUMENTS</c>. Keys: <c>uid</c>, <c>cwd</c>, <c>read</c> and <c>write</c> (paths, repeatable;
/// any of them switches Landlock on), <c>env</c> (K=V, repeatable), <c>limits-only</c> (no Landlock, no filter), <c>cpu</c> (s), <c>memory</c> and <c>data</c> (bytes), <c>file</c> (bytes), <c>processes</c>, <c>files</c>.
/// </summary>
internal sealed class JailOrder
{
    public uint? User { get; private set; }

    public string? Directory { get; private set; }

    public bool LimitsOnly { get; private set; }

    public List<string> Readable { get; } = [];

    public List<string> Writable { get; } = [];

    public List<string> Environment { get; } = [];

    public Dictionary<int, ulong> Limits { get; } = [];

    public string[] Command { get; private set; } = [];

    /// <exception cref="FormatException">A key is unknown or a number is none.</exception>
    public static JailOrder Parse(string[] arguments)
    {
        var order = new JailOrder();
        int end = Array.IndexOf(arguments, "--");
        if (end < 0 || end == arguments.Length - 1) throw new FormatException("no program after --");
        foreach (string argument in arguments.AsSpan(0, end)) order.Take(argument);
        order.Command = arguments[(end + 1)..];
        return order;
    }

    private void Take(string argument)
    {
        int cut = argument.IndexOf('=', StringComparison.Ordinal);
        string key = cut < 0 ? argument : argument[..cut], value = argument[(cut + 1)..];
        switch (key)
        {
            case "uid": User = uint.Parse(value, CultureInfo.InvariantCulture); break;
            case "cwd": Directory = value; break;
            case "read": Readable.Add(value); break;
            case "write": Writable.Add(value); break;
            case "env": Environment.Add(value); break;
            case "limits-only": LimitsOnly = true; break;
            case "cpu": Limits[0] = Number(); break;
            case "file": Limits[1] = Number(); break;
            case "data": Limits[2] = Number(); break;
            case "processes": Limits[6] = Number(); break;
            case "files": Limits[7] = Number(); break;
            case "memory": Limits[9] = Number(); break;
            default: throw new FormatException($"unknown key {key}");
        }

        ulong Number() => ulong.Parse(value, CultureInfo.InvariantCulture);
    }
}
