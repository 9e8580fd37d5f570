using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;
using R1Pipeline.Contracts.Options;

namespace R1Pipeline.Definition.Binding;

/// <summary>One option: its YAML name, the values it takes and its default, read from the options type by reflection.</summary>
internal sealed class OptionProperty
{
    public OptionProperty(PropertyInfo property, object defaults)
    {
        Property = property;
        Name = JsonNamingPolicy.KebabCaseLower.ConvertName(property.Name);
        Type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        Default = property.GetValue(defaults);
        IsNullable = Default is null;
        Kind = KindOf(Type);
        Range = property.GetCustomAttribute<RangeAttribute>();
        IsRequired = property.IsDefined(typeof(RequiredAttribute));
        IsOutsideKey = property.IsDefined(typeof(OutsideKeyAttribute));
        Words = Type.IsEnum
            ? [.. Enum.GetNames(Type).Select(JsonNamingPolicy.KebabCaseLower.ConvertName)]
            : property.GetCustomAttribute<AllowedValuesAttribute>()?.Values.OfType<string>().ToArray() ?? [];
    }

    /// <summary>The property of the options record.</summary>
    public PropertyInfo Property { get; }

    /// <summary>Its name in YAML and JSON.</summary>
    public string Name { get; }

    /// <summary>The value's type, without <see cref="Nullable{T}"/>.</summary>
    public Type Type { get; }

    /// <summary>The shape of its value.</summary>
    public OptionValueKind Kind { get; }

    /// <summary>The value when the key is left out.</summary>
    public object? Default { get; }

    /// <summary>Whether null is a value of it. In options records a null default is what makes a property nullable.</summary>
    public bool IsNullable { get; }

    /// <summary>Whether the key must be given.</summary>
    public bool IsRequired { get; }

    /// <summary>Whether it stands outside the stage's key.</summary>
    public bool IsOutsideKey { get; }

    /// <summary>The limits of a number; null: none.</summary>
    public RangeAttribute? Range { get; }

    /// <summary>The words that are accepted, in a list as its items; empty: any text.</summary>
    public IReadOnlyList<string> Words { get; }

    /// <summary>What is accepted, for messages.</summary>
    public string Accepted => Kind switch
    {
        OptionValueKind.Boolean => "true or false",
        OptionValueKind.Integer => Range is null ? "a whole number" : $"a whole number from {Range.Minimum} to {Range.Maximum}",
        OptionValueKind.Number => Range is null ? "a number" : $"a number from {Range.Minimum} to {Range.Maximum}",
        OptionValueKind.Text when Words.Count == 0 => "text",
        OptionValueKind.Text or OptionValueKind.Word => "one of " + string.Join(", ", Words),
        OptionValueKind.TextList when Words.Count > 0 => "a list of some of " + string.Join(", ", Words),
        OptionValueKind.TextList => "a list of texts",
        OptionValueKind.WeightMap => $"a mapping of names to numbers from {Range?.Minimum} to {Range?.Maximum}",
        OptionValueKind.FieldMap => "a mapping of row fields to a key of the file or a list of keys",
        _ => "a mapping",
    } + (IsNullable && Kind is not OptionValueKind.FieldMap ? ", or null" : "");

    private static OptionValueKind KindOf(Type type)
    {
        if (type == typeof(bool)) return OptionValueKind.Boolean;
        if (type == typeof(int) || type == typeof(long)) return OptionValueKind.Integer;
        if (type == typeof(double)) return OptionValueKind.Number;
        if (type == typeof(string)) return OptionValueKind.Text;
        if (type.IsEnum) return OptionValueKind.Word;
        if (type == typeof(IReadOnlyList<string>)) return OptionValueKind.TextList;
        if (type == typeof(IReadOnlyDictionary<string, IReadOnlyList<string>>)) return OptionValueKind.FieldMap;
        if (type == typeof(IReadOnlyDictionary<string, double>)) return OptionValueKind.WeightMap;
        if (type.IsClass && type.GetConstructor(Type.EmptyTypes) is not null) return OptionValueKind.Nested;
        throw new InvalidOperationException($"an options record has a property of type {type}, which no YAML value can fill");
    }
}
