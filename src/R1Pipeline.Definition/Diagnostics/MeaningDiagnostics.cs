namespace R1Pipeline.Definition.Diagnostics;

/// <summary>Texts of the diagnostics that concern what the file means: names, kinds, files, rows, overrides.</summary>
internal static class MeaningDiagnostics
{
    /// <summary>The entries, ascending.</summary>
    public static IReadOnlyList<DiagnosticInfo> All { get; } =
    [
        new(DiagnosticCodes.UnknownStageKind, "No such stage kind",
            "'uses' names one of the kinds that this version has; 'r1 schema' describes each.",
            "sft: { uses: finetuning }", "sft: { uses: supervised-fine-tuning }"),
        new(DiagnosticCodes.MissingInput, "A stage lacks an input",
            "Inputs are never guessed: the file shows from which model each stage starts and which rows it reads.",
            "sft: { uses: supervised-fine-tuning, data: [rows] }", "sft: { uses: supervised-fine-tuning, model: base, data: [rows] }"),
        new(DiagnosticCodes.UnknownReference, "A name that does not exist",
            "The stage, source, task or model is not in this file.",
            "model: bse", "model: base"),
        new(DiagnosticCodes.WrongKind, "An artifact of the wrong kind",
            "Each input takes one kind of artifact: a model does not fit where a dataset or a reward model is wanted, a data source is no stage.",
            "model: helpful-rm", "model: sft\nreward-models: { helpful: helpful-rm }"),
        new(DiagnosticCodes.Cycle, "Stages need each other in a circle",
            "No stage of the circle could ever start. The message names every stage of it; one reference must go.",
            "a: { uses: cold-start, model: b, … }\nb: { uses: cold-start, model: a, … }", "a: { uses: cold-start, model: base, … }\nb: { uses: cold-start, model: a, … }"),
        new(DiagnosticCodes.MissingDataFile, "A data file is missing",
            "Relative paths stand below data.root, which is relative to the pipeline file; given as --set data.root=…, it is relative to the current directory.",
            "gsm8k: { path: math/gsm8k.jsonl }", "gsm8k: { path: math/gsm8k_train.jsonl }"),
        new(DiagnosticCodes.MissingModelFolder, "A model folder is missing",
            "import-model reads a Hugging Face folder: config.json, weights, tokenizer. Its path is relative to the pipeline file.",
            "with: { path: models }", "with: { path: models/Qwen2.5-1.5B }"),
        new(DiagnosticCodes.BadPattern, "Not a regular expression",
            "'remove' takes .NET regular expressions. In single quotes YAML leaves backslashes alone.",
            "remove: ['<<[^>*>>']", "remove: ['<<[^>]*>>']"),
        new(DiagnosticCodes.NoEffect, "An option without effect",
            "The option exists, but here nothing would read it. An option that is accepted and ignored misleads whoever reads the file next.",
            "with: { schedule: constant, end-learning-rate: 1e-6 }", "with: { schedule: constant }"),
        new(DiagnosticCodes.Contradiction, "Options that contradict each other",
            "Each value is fine by itself; together they make no sense.",
            "model: { num-heads: 4, num-kv-heads: 3 }", "model: { num-heads: 4, num-kv-heads: 2 }"),
        new(DiagnosticCodes.BadOverride, "An override that leads nowhere",
            "--set takes a dotted path into the file and a YAML value. It changes stages and sources that the file has; keys below them may be new.",
            "--set stages.stf.with.epochs=1", "--set stages.sft.with.epochs=1"),
        new(DiagnosticCodes.MissingRowFields, "Generated rows lack a field",
            "Each split of the generated task has its own fields: RL needs problems with a gold answer, fine-tuning needs responses, a reward model needs pairs.",
            "rows: { generate: addition, split: worked }   # in the data of a reasoning-rl stage", "rows: { generate: addition, split: problems }"),
        new(DiagnosticCodes.BadRow, "A data row cannot be used",
            "Every row of every local file is read before anything starts. A row must be a JSON object with the fields that the stages reading it need; 'fields' says which keys of the file fill them. The first 20 bad rows of a file are listed.",
            """{"question": "1 + 1 = ?"}""", """{"question": "1 + 1 = ?", "final": "2"}"""),
        new(DiagnosticCodes.NameTwice, "One name, two meanings",
            "Stages and data sources share one namespace, since 'data' lists either; a list names each thing once.",
            "data: { sft: { path: a.jsonl } }\nstages: { sft: { uses: supervised-fine-tuning, … } }", "data: { sft-rows: { path: a.jsonl } }\nstages: { sft: { uses: supervised-fine-tuning, … } }"),
    ];
}
