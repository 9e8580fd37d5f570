using System.Reflection;
using System.Text.Json;
using Namotion.Reflection;
using NJsonSchema;
using R1Pipeline.Contracts.Data;
using R1Pipeline.Definition.Binding;

namespace R1Pipeline.Definition.Schema;

/// <summary>The JSON schema of one options record, from the same shape that the binder reads. Describes values one by one, never options against each other.</summary>
internal static class OptionSchema
{
    /// <summary>The schema of a record.</summary>
    public static JsonSchema Of(Type type) => Fill(new JsonSchema(), type, _ => true);

    /// <summary>A property whose value is a record, with the options that the filter lets through.</summary>
    public static JsonSchemaProperty Property(Type type, string description, Func<OptionProperty, bool> filter)
    {
        JsonSchemaProperty property = Fill(new JsonSchemaProperty(), type, filter);
        property.Description = description;
        return property;
    }

    private static T Fill<T>(T schema, Type type, Func<OptionProperty, bool> filter)
        where T : JsonSchema
    {
        schema.Type = JsonObjectType.Object;
        schema.Description = type.GetXmlDocsSummary();
        schema.AllowAdditionalProperties = false;
        foreach (OptionProperty option in OptionShape.Of(type).Properties.Where(filter))
        {
            schema.Properties[option.Name] = Property(option);
            if (option.IsRequired) schema.RequiredProperties.Add(option.Name);
        }

        return schema;
    }

    private static JsonSchemaProperty Property(OptionProperty option)
    {
        if (option.Kind == OptionValueKind.Nested)
        {
            JsonSchemaProperty nested = Property(option.Type, option.Property.GetXmlDocsSummary(), _ => true);
            if (option.IsNullable) nested.Type |= JsonObjectType.Null;
            return nested;
        }

        var property = new JsonSchemaProperty
        {
            Description = Describe(option),
            Type = TypeOf(option.Kind) | (option.IsNullable ? JsonObjectType.Null : JsonObjectType.None),
            Minimum = Limit(option.Range?.Minimum),
            Maximum = Limit(option.Range?.Maximum),
        };
        if (option.Default is not null && !option.IsRequired) property.Default = DefaultOf(option);
        JsonSchema worded = property;
        if (option.Kind == OptionValueKind.TextList) worded = property.Item = new JsonSchema { Type = JsonObjectType.String };
        foreach (string word in option.Words) worded.Enumeration.Add(word);
        if (option is { IsNullable: true, Words.Count: > 0 } && worded == property) property.Enumeration.Add(null);
        if (option.Kind == OptionValueKind.FieldMap) FillFields(property);
        if (option.Kind == OptionValueKind.WeightMap)
        {
            (property.Minimum, property.Maximum) = (null, null);
            property.AdditionalPropertiesSchema = new JsonSchema { Type = JsonObjectType.Number, Minimum = Limit(option.Range?.Minimum), Maximum = Limit(option.Range?.Maximum) };
        }

        return property;
    }

    private static void FillFields(JsonSchemaProperty property)
    {
        property.AllowAdditionalProperties = false;
        foreach (FieldInfo field in typeof(DataRowFields).GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => field.IsLiteral))
        {
            var keys = new JsonSchemaProperty { Description = field.GetXmlDocsSummary() };
            keys.OneOf.Add(new JsonSchema { Type = JsonObjectType.String });
            keys.OneOf.Add(new JsonSchema { Type = JsonObjectType.Array, MinItems = 1, Item = new JsonSchema { Type = JsonObjectType.String } });
            property.Properties[(string)field.GetRawConstantValue()!] = keys;
        }
    }

    private static string Describe(OptionProperty option)
    {
        string text = option.Property.GetXmlDocsSummary();
        if (option.Kind == OptionValueKind.Word)
            text += "\n" + string.Join("\n", Enum.GetNames(option.Type).Select(name => $"{JsonNamingPolicy.KebabCaseLower.ConvertName(name)}: {option.Type.GetField(name)!.GetXmlDocsSummary()}"));
        return option.IsOutsideKey ? text + "\nDoes not change the result: editing it reruns nothing." : text;
    }

    private static object? DefaultOf(OptionProperty option) => option.Kind switch
    {
        OptionValueKind.Word => option.Words[Array.IndexOf(Enum.GetValues(option.Type).Cast<object>().ToArray(), option.Default)],
        OptionValueKind.FieldMap => null,
        _ => option.Default,
    };

    private static JsonObjectType TypeOf(OptionValueKind kind) => kind switch
    {
        OptionValueKind.Boolean => JsonObjectType.Boolean,
        OptionValueKind.Integer => JsonObjectType.Integer,
        OptionValueKind.Number => JsonObjectType.Number,
        OptionValueKind.TextList => JsonObjectType.Array,
        OptionValueKind.FieldMap or OptionValueKind.WeightMap or OptionValueKind.Nested => JsonObjectType.Object,
        _ => JsonObjectType.String,
    };

    private static decimal? Limit(object? limit) => limit switch
    {
        int whole => whole,
        double number => (decimal)number,
        _ => null,
    };
}
