using R1Pipeline.Contracts.Options;
using R1Pipeline.Data.Safetensors;
using R1Pipeline.Definition.Binding;
using R1Pipeline.Definition.Diagnostics;
using R1Pipeline.Definition.Documents;

namespace R1Pipeline.Definition.Rules;

/// <summary>Every file and folder that the pipeline names is there. Looks at names only, never into a file.</summary>
internal sealed class FileRules(CompileContext context)
{
    /// <summary>Checks the data section.</summary>
    public void CheckData(BoundData data)
    {
        bool rootMatters = data.Sources.Any(source => source.Options?.Value is FileSourceOptions file && !Path.IsPathRooted(file.Path));
        if (data.RootMark is { } mark && rootMatters && !Directory.Exists(data.Root))
        {
            // One message instead of one for every file below it.
            context.Report(mark, DiagnosticCodes.MissingDataFile, $"the data folder {data.Root} does not exist; accepted: a folder, relative to this file (in --set data.root=…: to the current directory)");
            return;
        }

        foreach (BoundSource source in data.Sources.Where(source => source.Definition?.Path is not null))
        {
            string path = source.Definition!.Path!;
            if (File.Exists(path)) continue;
            string why = Directory.Exists(path) ? $"{path} is a folder" : $"the data file {path} does not exist";
            context.Report(source.Options!.At("path"), DiagnosticCodes.MissingDataFile, $"{why}; accepted: a JSON Lines file, absolute or below data.root ({data.Root})");
        }
    }

    /// <summary>Checks the folder of a model that is imported.</summary>
    public void CheckStage(BoundStage stage)
    {
        if (stage.Options is not { IsComplete: true, Value: ImportModelOptions options } bound) return;
        string folder = ModelFolder(options);
        SourceMark mark = bound.At("path");
        if (!Directory.Exists(folder))
            context.Report(mark, DiagnosticCodes.MissingModelFolder, $"the model folder {folder} does not exist; accepted: a Hugging Face model folder, absolute or relative to this file");
        else if (!File.Exists(Path.Combine(folder, "config.json")))
            context.Report(mark, DiagnosticCodes.MissingModelFolder, $"the folder {folder} holds no config.json{(StandIns.OfFolder(folder) is { } instead ? $" ({instead})" : "")}; accepted: a Hugging Face model folder");
    }

    /// <summary>The absolute folder of an imported model.</summary>
    public string ModelFolder(ImportModelOptions options) => Path.GetFullPath(options.Path, context.Directory);
}
