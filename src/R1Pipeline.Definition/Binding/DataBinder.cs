using R1Pipeline.Contracts.Data;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Randomness;
using R1Pipeline.Definition.Diagnostics;
using R1Pipeline.Definition.Documents;

namespace R1Pipeline.Definition.Binding;

/// <summary>Binds the <c>data:</c> section: names, paths, generated tasks. Opens no file.</summary>
/// <param name="context">Where mistakes and origins go.</param>
/// <param name="seed">The file's seed: generated sources without their own draw theirs from it.</param>
internal sealed class DataBinder(CompileContext context, long seed)
{
    /// <summary>The seed of held-out rows: one measure for every run seed.</summary>
    public const long HeldOutSeed = 999;

    private const string RootKey = "root";
    private const string GenerateKey = "generate";
    private static readonly string[] Generators = ["addition"];

    private readonly OptionBinder _options = new(context);
    private readonly ValueReader _values = new(context);

    /// <summary>Binds the section; null: the file has none.</summary>
    public BoundData Bind(DocumentNode? section)
    {
        DocumentMap? map = section is null ? null : _options.ReadMap("data", section);
        DocumentEntry? rootEntry = map?.Find(RootKey);
        string root = context.Directory;
        if (rootEntry is not null && _values.ReadText(RootKey, "a folder", rootEntry.Value) is { } text)
        {
            // On the command line a path means what the shell completes; in the file it means the same wherever the file is run from.
            root = Path.GetFullPath(text, rootEntry.Value.Mark.IsOverride ? Environment.CurrentDirectory : context.Directory);
        }

        context.SetOrigin("data.root", rootEntry?.Value.Mark.Origin ?? "default");
        var sources = new List<BoundSource>();
        foreach (DocumentEntry entry in map?.Distinct.Where(entry => entry.Key.Text != RootKey) ?? [])
        {
            if (PipelineName.Check(context, entry.Key, "a data source")) sources.Add(BindSource(entry, root));
        }

        return new BoundData(root, rootEntry?.Value.Mark, sources);
    }

    private BoundSource BindSource(DocumentEntry entry, string root)
    {
        string name = entry.Key.Text;
        string what = $"data source '{name}'";
        if (_options.ReadMap(name, entry.Value) is not { } map) return new BoundSource(name, entry.Key.Mark, null, null);
        return map.Find(GenerateKey) is { } generate ? BindGenerated(entry, map, generate, what) : BindFile(entry, map, root, what);
    }

    private BoundSource BindFile(DocumentEntry entry, DocumentMap map, string root, string what)
    {
        string name = entry.Key.Text;
        if (map.Find("path") is null && OptionShape.Of(typeof(FileSourceOptions)).Properties.All(option => map.Find(option.Name) is null))
        {
            context.Report(entry.Key.Mark, DiagnosticCodes.MissingKey, $"{what} lacks the key 'path' (a JSON Lines file) or 'generate' (accepted: {string.Join(", ", Generators)})");
            return new BoundSource(name, entry.Key.Mark, null, null);
        }

        BoundOptions bound = _options.Bind(typeof(FileSourceOptions), map, entry.Key.Mark, $"data.{name}", what);
        if (!bound.IsComplete) return new BoundSource(name, entry.Key.Mark, null, bound);
        var file = (FileSourceOptions)bound.Value;
        return new BoundSource(name, entry.Key.Mark, new DataSourceDefinition
        {
            Name = name,
            Path = Path.GetFullPath(file.Path, root),
            Fields = file.Fields,
            Language = file.Language,
            Task = file.Task,
            Remove = file.Remove,
            Rows = file.Rows,
        }, bound);
    }

    private BoundSource BindGenerated(DocumentEntry entry, DocumentMap map, DocumentEntry generate, string what)
    {
        string name = entry.Key.Text;
        string accepted = "one of " + string.Join(", ", Generators);
        string? generator = _values.ReadText(GenerateKey, accepted, generate.Value);
        if (generator is not null && !Generators.Contains(generator))
        {
            context.Report(generate.Value.Mark, DiagnosticCodes.NotAccepted, $"'{GenerateKey}' is '{generator}'{DidYouMean.Hint(generator, Generators)}");
            generator = null;
        }

        if (generator is null) return new BoundSource(name, entry.Key.Mark, null, null);
        context.SetOrigin($"data.{name}.{GenerateKey}", generate.Value.Mark.Origin);
        BoundOptions bound = _options.Bind(typeof(AdditionOptions), map, entry.Key.Mark, $"data.{name}", what, GenerateKey);
        if (!bound.IsComplete) return new BoundSource(name, entry.Key.Mark, null, bound);
        AdditionOptions addition = WithSeed((AdditionOptions)bound.Value, name);
        return new BoundSource(name, entry.Key.Mark, new DataSourceDefinition { Name = name, Addition = addition }, bound);
    }

    private AdditionOptions WithSeed(AdditionOptions options, string name)
    {
        if (options.Seed is not null) return options;
        bool isHeldOut = options.Split == AdditionSplit.HeldOut;
        context.SetOrigin($"data.{name}.seed", isHeldOut ? "default of the held-out split" : "derived from the file's seed and the source's name");
        // 32 bits: enough to keep sources apart, short enough to read.
        return options with { Seed = isHeldOut ? HeldOutSeed : (long)(new RandomStream(seed, name, 0, "data-source").NextUInt64() >> 32) };
    }
}
