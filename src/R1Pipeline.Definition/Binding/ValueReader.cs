using System.Globalization;
using R1Pipeline.Definition.Diagnostics;
using R1Pipeline.Definition.Documents;

namespace R1Pipeline.Definition.Binding;

/// <summary>Reads single values strictly: a number in quotes is text, a bare word is not a number, and nothing is rounded.</summary>
/// <param name="context">Where mistakes go.</param>
internal sealed class ValueReader(CompileContext context)
{
    /// <summary>Reads the value of an option; false: it was wrong, and that has been reported.</summary>
    public bool TryRead(OptionProperty option, DocumentNode node, out object? value)
    {
        value = null;
        if (node is DocumentRefused) return false;
        if (option.IsNullable && node is DocumentScalar { IsNull: true }) return true;
        value = option.Kind switch
        {
            OptionValueKind.Boolean => ReadBoolean(option, node),
            OptionValueKind.Integer => ReadLong(option.Name, option.Accepted, node) is { } number && InRange(option.Name, option, number, node) ? Convert.ChangeType(number, option.Type) : null,
            OptionValueKind.Number => ReadNumber(option.Name, option, node),
            OptionValueKind.Text or OptionValueKind.Word => ReadWord(option, node),
            OptionValueKind.TextList => ReadWords(option, node),
            _ => throw new InvalidOperationException($"{option.Name}: a mapping has no single value"),
        };
        return value is not null;
    }

    /// <summary>A text, or null (reported).</summary>
    public string? ReadText(string name, string accepted, DocumentNode node)
    {
        if (node is DocumentRefused) return null;
        if (node is not DocumentScalar scalar || scalar.IsNull) return WrongType<string>(name, accepted, node);
        if (scalar.IsPlain && IsTyped(scalar.Text))
        {
            context.Report(node.Mark, DiagnosticCodes.WrongType, $"'{name}' is {scalar.Text}, which is no text; accepted: {accepted} (put it in quotes: \"{scalar.Text}\")");
            return null;
        }

        return scalar.Text;
    }

    /// <summary>A list of texts, or null (reported).</summary>
    public IReadOnlyList<string>? ReadTexts(string name, string accepted, DocumentNode node)
    {
        if (node is DocumentRefused) return null;
        if (node is not DocumentList list) return WrongType<IReadOnlyList<string>>(name, accepted, node);
        var texts = new List<string>();
        foreach (DocumentNode item in list.Items)
        {
            if (ReadText(name, accepted, item) is { } text) texts.Add(text);
        }

        return texts.Count == list.Items.Count ? texts : null;
    }

    /// <summary>A whole number, or null (reported).</summary>
    public long? ReadLong(string name, string accepted, DocumentNode node)
    {
        if (node is DocumentRefused) return null;
        if (node is DocumentScalar { IsPlain: true } scalar && long.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number)) return number;
        return WrongType<long?>(name, accepted, node);
    }

    /// <summary>A number in the option's range, or null (reported).</summary>
    public double? ReadNumber(string name, OptionProperty option, DocumentNode node)
    {
        if (node is DocumentRefused) return null;
        if (node is not DocumentScalar { IsPlain: true } scalar || !TryNumber(scalar.Text, out double number)) return WrongType<double?>(name, option.Accepted, node);
        return InRange(name, option, number, node) ? number : null;
    }

    private object? ReadBoolean(OptionProperty option, DocumentNode node) => node switch
    {
        DocumentScalar { IsPlain: true, Text: "true" or "True" or "TRUE" } => true,
        DocumentScalar { IsPlain: true, Text: "false" or "False" or "FALSE" } => false,
        _ => WrongType<object>(option.Name, option.Accepted, node),
    };

    private string? ReadWordText(OptionProperty option, DocumentNode node)
    {
        if (ReadText(option.Name, option.Accepted, node) is not { } text) return null;
        if (text.Length == 0)
        {
            context.Report(node.Mark, DiagnosticCodes.NotAccepted, $"'{option.Name}' is empty; accepted: {option.Accepted}");
            return null;
        }

        if (option.Words.Count == 0 || option.Words.Contains(text)) return text;
        context.Report(node.Mark, DiagnosticCodes.NotAccepted, $"'{option.Name}' is '{text}'{DidYouMeanThen(text, option.Words)}");
        return null;
    }

    private object? ReadWord(OptionProperty option, DocumentNode node)
    {
        if (ReadWordText(option, node) is not { } text) return null;
        return option.Kind == OptionValueKind.Word ? Enum.GetValues(option.Type).GetValue(option.Words.ToList().IndexOf(text)) : text;
    }

    private IReadOnlyList<string>? ReadWords(OptionProperty option, DocumentNode node)
    {
        if (ReadTexts(option.Name, option.Accepted, node) is not { } texts) return null;
        bool known = true;
        foreach (var (text, item) in texts.Zip(((DocumentList)node).Items).Where(item => option.Words.Count > 0 && !option.Words.Contains(item.First)))
        {
            known = false;
            context.Report(item.Mark, DiagnosticCodes.NotAccepted, $"'{option.Name}' lists '{text}'{DidYouMeanThen(text, option.Words)}");
        }

        return known ? texts : null;
    }

    // The list of words is short everywhere: it is told in full, after the suggestion.
    private static string DidYouMeanThen(string text, IReadOnlyList<string> words)
    {
        string accepted = "accepted: " + string.Join(", ", words);
        return DidYouMean.Closest(text, words) is { } word ? $"; did you mean '{word}'? {accepted}" : "; " + accepted;
    }

    private bool InRange(string name, OptionProperty option, double number, DocumentNode node)
    {
        double minimum = option.Range is null ? (option.Type == typeof(int) ? int.MinValue : double.NegativeInfinity) : Convert.ToDouble(option.Range.Minimum);
        double maximum = option.Range is null ? (option.Type == typeof(int) ? int.MaxValue : double.PositiveInfinity) : Convert.ToDouble(option.Range.Maximum);
        if (number >= minimum && number <= maximum) return true;
        context.Report(node.Mark, DiagnosticCodes.OutOfRange, $"'{name}' is {((DocumentScalar)node).Text}, out of range; accepted: {option.Accepted}");
        return false;
    }

    private T? WrongType<T>(string name, string accepted, DocumentNode node)
    {
        context.Report(node.Mark, DiagnosticCodes.WrongType, $"'{name}' is {node.Kind}, the wrong type; accepted: {accepted}");
        return default;
    }

    private static bool IsTyped(string text) => text is "true" or "false" or "True" or "False" or "TRUE" or "FALSE" || TryNumber(text, out _);

    private static bool TryNumber(string text, out double number) =>
        double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out number)
        && double.IsFinite(number);
}
