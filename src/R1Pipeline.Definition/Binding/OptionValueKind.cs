namespace R1Pipeline.Definition.Binding;

/// <summary>The shapes of value that an option can have.</summary>
internal enum OptionValueKind
{
    Boolean,
    Integer,
    Number,
    Text,
    Word,
    TextList,
    FieldMap,
    WeightMap,
    Nested,
}
