using Namotion.Reflection;
using NJsonSchema;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Pipelines;
using R1Pipeline.Definition.Binding;

namespace R1Pipeline.Definition.Schema;

/// <summary>
/// The JSON schema of whole pipeline files, from which editors complete and check: generated from the stage catalog, the options records and their XML docs,
/// so it cannot tell another story than the compiler. What needs more than one place (names, kinds, cycles, files) is left to the compiler.
/// </summary>
public static class PipelineSchema
{
    /// <summary>The schema as text, ending in a line break. The XML docs of the contracts must lie beside the assembly, as the build puts them.</summary>
    public static string Generate() => Build().ToJson().ReplaceLineEndings("\n") + "\n";

    private static JsonSchema Build()
    {
        var root = new JsonSchema
        {
            Title = "R1Pipeline pipeline",
            Description = "A list of stages, each of a stage kind, with its inputs named explicitly.",
            Type = JsonObjectType.Object,
            AllowAdditionalProperties = false,
        };
        root.Properties["name"] = NameProperty("Name of the pipeline.");
        root.Properties["seed"] = new JsonSchemaProperty { Type = JsonObjectType.Integer, Default = 0, Description = "Seed of every random draw of the run." };
        root.Properties["data"] = DataProperty(root);
        root.Properties["stages"] = StagesProperty(root);
        root.RequiredProperties.Add("name");
        root.RequiredProperties.Add("stages");
        return root;
    }

    private static JsonSchemaProperty DataProperty(JsonSchema root)
    {
        JsonSchema file = OptionSchema.Of(typeof(FileSourceOptions));
        JsonSchema addition = OptionSchema.Of(typeof(AdditionOptions));
        var generate = new JsonSchemaProperty { Type = JsonObjectType.String, Description = "The generator." };
        generate.Enumeration.Add("addition");
        addition.Properties["generate"] = generate;
        addition.RequiredProperties.Add("generate");
        root.Definitions["file-source"] = file;
        root.Definitions["addition-source"] = addition;

        var source = new JsonSchema { Description = "A source of rows: a JSON Lines file or a generated task." };
        source.OneOf.Add(new JsonSchema { Reference = file });
        source.OneOf.Add(new JsonSchema { Reference = addition });
        root.Definitions["source"] = source;
        var property = new JsonSchemaProperty
        {
            Type = JsonObjectType.Object,
            Description = "Sources of rows by name.",
            AdditionalPropertiesSchema = new JsonSchema { Reference = source },
        };
        property.Properties["root"] = new JsonSchemaProperty
        {
            Type = JsonObjectType.String,
            Description = "Folder below which relative paths of sources stand; relative to this file (in --set data.root=…: to the current directory). Default: the folder of this file.",
        };
        return property;
    }

    private static JsonSchemaProperty StagesProperty(JsonSchema root)
    {
        JsonSchema gate = OptionSchema.Of(typeof(GateOptions));
        JsonSchema task = OptionSchema.Of(typeof(EvaluationTaskOptions));
        root.Definitions["gate"] = gate;
        root.Definitions["task"] = task;
        var stage = new JsonSchema { Description = "A stage." };
        root.Definitions["stage"] = stage;
        foreach (StageKind kind in StageCatalog.All)
        {
            JsonSchema schema = StageSchema(kind, gate, task);
            root.Definitions[kind.Name] = schema;
            stage.OneOf.Add(new JsonSchema { Reference = schema });
        }

        return new JsonSchemaProperty
        {
            Type = JsonObjectType.Object,
            Description = "Stages by name.",
            MinProperties = 1,
            AdditionalPropertiesSchema = new JsonSchema { Reference = stage },
        };
    }

    private static JsonSchema StageSchema(StageKind kind, JsonSchema gate, JsonSchema task)
    {
        var schema = new JsonSchema { Type = JsonObjectType.Object, Description = kind.Options.GetXmlDocsSummary(), AllowAdditionalProperties = false };
        var uses = new JsonSchemaProperty { Type = JsonObjectType.String, Description = kind.Options.GetXmlDocsSummary() };
        uses.Enumeration.Add(kind.Name);
        schema.Properties["uses"] = uses;
        schema.RequiredProperties.Add("uses");
        foreach (StageInputSlot slot in kind.Inputs)
        {
            schema.Properties[slot.Role] = SlotProperty(slot);
            if (slot.Required) schema.RequiredProperties.Add(slot.Role);
        }

        if (kind.RowFields.Count > 0)
        {
            schema.Properties["data"] = NameList("Sources and dataset stages, by name.");
            schema.RequiredProperties.Add("data");
        }

        if (kind.TakesTasks)
        {
            schema.Properties["tasks"] = new JsonSchemaProperty
            {
                Type = JsonObjectType.Object,
                Description = "What is measured, by task name.",
                MinProperties = 1,
                AdditionalPropertiesSchema = new JsonSchema { Reference = task },
            };
            schema.RequiredProperties.Add("tasks");
        }

        schema.Properties["with"] = OptionSchema.Property(kind.Options, "Options of the stage.", option => kind.HasCheckpoints || !(StageKind.CheckpointOptions.Contains(option.Name) || StageKind.ComputeOptions.Contains(option.Name)));
        if (StageBinder.TakesGates(kind))
        {
            var gates = new JsonSchemaProperty { Description = "A gate, or a list of gates, that the stage's output must pass." };
            gates.OneOf.Add(new JsonSchema { Reference = gate });
            gates.OneOf.Add(new JsonSchema { Type = JsonObjectType.Array, Item = new JsonSchema { Reference = gate } });
            schema.Properties["gate"] = gates;
        }

        schema.Properties["seed"] = new JsonSchemaProperty { Type = JsonObjectType.Integer, Description = "Seed of this stage's draws; default: the file's." };
        return schema;
    }

    private static JsonSchemaProperty SlotProperty(StageInputSlot slot)
    {
        string fits = ReferenceWords.Output(slot.Kind);
        return slot.Shape switch
        {
            StageInputShape.One => NameProperty($"Name of {fits}."),
            StageInputShape.List => NameList($"Names of stages, each {fits[2..]}."),
            _ => new JsonSchemaProperty
            {
                Type = JsonObjectType.Object,
                Description = $"Names of stages, each {fits[2..]}, by what they are for.",
                MinProperties = 1,
                AdditionalPropertiesSchema = new JsonSchema { Type = JsonObjectType.String },
            },
        };
    }

    private static JsonSchemaProperty NameProperty(string description) =>
        new() { Type = JsonObjectType.String, Description = description, Pattern = "^[a-z0-9][a-z0-9-]{0,63}$" };

    private static JsonSchemaProperty NameList(string description) => new()
    {
        Type = JsonObjectType.Array,
        Description = description,
        MinItems = 1,
        UniqueItems = true,
        Item = new JsonSchema { Type = JsonObjectType.String },
    };
}
