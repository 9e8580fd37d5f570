using R1Pipeline.Contracts.Artifacts;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Rows;
using R1Pipeline.Data.Tokenizers;
using R1Pipeline.StageHost;
using R1Pipeline.Stages.Rows;

namespace R1Pipeline.Stages.TrainTokenizer;

/// <summary>Trains a byte-level BPE tokenizer on the rows' text, prompts and responses alike. One step; the same rows give the same file.</summary>
public sealed class TrainTokenizerStage : IStage
{
    /// <inheritdoc/>
    public string Uses => "train-tokenizer";

    /// <inheritdoc/>
    public StageResult Execute(StageContext context)
    {
        var options = context.Options<TrainTokenizerOptions>();
        context.Plan(1);
        var ledger = RowLedger.Read(context);
        foreach (var row in ledger.Rows)
        {
            if (Texts(row.Row).Any()) row.Use();
            else row.Refuse("no-text");
        }

        context.Phase("merging");
        var texts = ledger.Rows.SelectMany(row => Texts(row.Row));
        var tokenizer = BpeTrainer.Train(texts, options, _ => context.Progress(1));
        var metrics = new Dictionary<string, double>
        {
            ["vocabulary_size"] = tokenizer.VocabularySize,
            ["characters"] = texts.Sum(text => (long)text.Length),
        };
        var artifact = context.CommitArtifact(ArtifactKind.Tokenizer, tokenizer.Save);
        context.CompleteStep(new StepMetrics(1, null, metrics));
        return new StageResult(artifact, metrics, ledger.Accounts());
    }

    private static IEnumerable<string> Texts(DataRow row)
    {
        IEnumerable<string?> parts = [row.Text, .. row.Prompt?.Select(message => message.Content) ?? [], row.Response, row.Think, row.Answer];
        return parts.Where(part => !string.IsNullOrEmpty(part)).Select(part => part!);
    }
}
