using System.Collections.Concurrent;
using System.Reflection;

namespace R1Pipeline.Definition.Binding;

/// <summary>The options of one options record, its own first and inherited ones after them.</summary>
internal sealed class OptionShape
{
    private static readonly ConcurrentDictionary<Type, OptionShape> Shapes = new();

    private OptionShape(Type type)
    {
        Type = type;
        object defaults = Activator.CreateInstance(type)!;
        Properties =
        [
            .. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
                .Where(property => property.CanWrite)
                .Select(property => new OptionProperty(property, defaults)),
        ];
    }

    /// <summary>The record.</summary>
    public Type Type { get; }

    /// <summary>Its options.</summary>
    public IReadOnlyList<OptionProperty> Properties { get; }

    /// <summary>The shape of that options record.</summary>
    public static OptionShape Of(Type type) => Shapes.GetOrAdd(type, static key => new OptionShape(key));

    /// <summary>The option of that YAML name, or null.</summary>
    public OptionProperty? Find(string name) => Properties.FirstOrDefault(property => property.Name == name);
}
