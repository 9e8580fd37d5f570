using R1Pipeline.Contracts.Options;
using R1Pipeline.Data.Sequences;
using R1Pipeline.StageHost;
using R1Pipeline.Stages.Models;
using R1Pipeline.Stages.Rows;

namespace R1Pipeline.Stages.Supervised;

/// <summary>
/// Supervised fine-tuning with the loss on the assistant's tokens only. One implementation for the cold start, the 800K stage and distillation:
/// in the paper they differ in their data and starting model alone (r1-recipe.md 8, 9, 10). A row that does not fit is refused, never cut.
/// </summary>
internal static class FineTuning
{
    /// <summary>Trains the input model on the rows' conversations.</summary>
    public static StageResult Execute(StageContext context)
    {
        var options = context.Options<SupervisedFineTuningOptions>();
        using var model = LanguageModel.OpenToTrain(context, context.Artifact("model"), options.Lora);

        var ledger = RowLedger.Read(context);
        var sequences = Conversations(ledger, model.Text, SupervisedTraining.MaxTokens(options, model.Decoder.Config));
        model.CarryIn(context);
        var outcome = SupervisedTraining.Run(context, model.Decoder, sequences, options, ledger.Refusals());

        return TrainedModel.Finish(context, model, outcome, ledger, new Dictionary<string, object>
        {
            ["rows"] = sequences.Count,
            ["loss_tokens"] = sequences.Sum(sequence => (long)sequence.LossTokens),
        });
    }

    private static List<TrainingSequence> Conversations(RowLedger ledger, ModelText text, int maxTokens)
    {
        var sequences = new List<TrainingSequence>();
        foreach (var row in ledger.Rows)
        {
            var built = text.Conversation(row.Row, maxTokens);
            if (built.Sequence is { } sequence)
            {
                row.Use();
                sequences.Add(sequence);
            }
            else
            {
                row.Refuse(built.Refused!);
            }
        }

        return sequences;
    }
}
