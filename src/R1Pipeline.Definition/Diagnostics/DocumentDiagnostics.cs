namespace R1Pipeline.Definition.Diagnostics;

/// <summary>Texts of the diagnostics that concern the text of the file: YAML, keys, values.</summary>
internal static class DocumentDiagnostics
{
    /// <summary>The entries, ascending.</summary>
    public static IReadOnlyList<DiagnosticInfo> All { get; } =
    [
        new(DiagnosticCodes.YamlSyntax, "The file is not YAML",
            "The YAML parser could not go on at this place; nothing after it was looked at. Frequent causes: a tab in the indentation, a bracket that is not closed, a colon inside a bare text.",
            "data: { root: data", "data: { root: data }"),
        new(DiagnosticCodes.FileUnreadable, "The pipeline file cannot be read",
            "The file does not exist, is a folder, may not be read, or holds nothing. A pipeline needs at least a name and one stage.",
            "r1 validate pipelines/quikstart.yaml", "r1 validate pipelines/quickstart.yaml"),
        new(DiagnosticCodes.YamlUnsupported, "A YAML feature that pipeline files do not have",
            "Anchors, aliases, merge keys, tags and several documents would make a line mean more than it shows. Write values out where they are used: the resolved definition beside each run is written out anyway.",
            "with: &rl { group-size: 16 }", "with: { group-size: 16 }"),
        new(DiagnosticCodes.DuplicateKey, "A key is given twice",
            "YAML parsers silently take the first or the last one. Both stand in the file, so one of them is a mistake.",
            "with: { epochs: 1, epochs: 2 }", "with: { epochs: 2 }"),
        new(DiagnosticCodes.UnknownKey, "Unknown key",
            "Nothing would read this key. Options of a stage stand under 'with', its inputs beside 'uses'. 'r1 schema' prints every key that exists; editors that read the schema complete them.",
            "with: { epoch: 2 }", "with: { epochs: 2 }"),
        new(DiagnosticCodes.MissingKey, "A key is missing",
            "This key has no default, or the mapping says nothing without it.",
            "base: { with: { path: models/base } }", "base: { uses: import-model, with: { path: models/base } }"),
        new(DiagnosticCodes.WrongType, "A value has the wrong type",
            "Values are not converted: a whole number has no fraction, a number has no quotes, a text that looks like a number or a boolean needs quotes, a list of one is written as a list.",
            "with: { epochs: two }", "with: { epochs: 2 }"),
        new(DiagnosticCodes.OutOfRange, "A number is out of range",
            "The limits are those of the option's meaning; the message and the schema name them.",
            "with: { group-size: 1 }", "with: { group-size: 16 }"),
        new(DiagnosticCodes.NotAccepted, "A word that is not accepted here",
            "The option takes one of a few words.",
            "with: { schedule: cosin }", "with: { schedule: cosine }"),
        new(DiagnosticCodes.BadName, "A name that cannot be used",
            "Names of pipelines, stages, sources, tasks and inputs become folder names, JSON keys and parts of dotted paths: lower-case letters, digits and hyphens, 64 at most.",
            "stages: { Cold_Start: … }", "stages: { cold-start: … }"),
    ];
}
