using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Chat;
using R1Pipeline.Data.Sequences;
using R1Pipeline.Data.Tokenizers;
using R1Pipeline.StageHost;
using R1Pipeline.Stages.Models;
using R1Pipeline.Stages.Rows;
using R1Pipeline.Stages.Supervised;
using R1Pipeline.Training.Model;

namespace R1Pipeline.Stages.Pretraining;

/// <summary>
/// A new model from random weights: next-token loss on all tokens of the documents, longer ones cut into pieces. For tasks that no pretrained
/// model speaks (the quickstart); real chains start from <c>import-model</c>.
/// </summary>
public sealed class PretrainingStage : IStage
{
    /// <inheritdoc/>
    public string Uses => "pretraining";

    /// <inheritdoc/>
    public StageResult Execute(StageContext context)
    {
        var options = context.Options<PretrainingOptions>();
        using var model = NewModel(context, options);

        var ledger = RowLedger.Read(context);
        var sequences = Documents(ledger, model.Text, SupervisedTraining.MaxTokens(options, model.Decoder.Config));
        model.CarryIn(context);
        var outcome = SupervisedTraining.Run(context, model.Decoder, sequences, options, ledger.Refusals());

        return TrainedModel.Finish(context, model, outcome, ledger, new Dictionary<string, object>
        {
            ["parameters"] = model.Decoder.Parameters.Count,
            ["tokens"] = sequences.Sum(sequence => (long)sequence.Ids.Length),
        });
    }

    private static LanguageModel NewModel(StageContext context, PretrainingOptions options)
    {
        var tokenizer = NewTokenizer(context, options);
        var text = new ModelText(tokenizer, ChatTemplate.Named(options.ChatTemplate, tokenizer.TokenOf(tokenizer.EosId)));
        var config = Config(options, tokenizer);
        EntryProbe.Check(text, config, "the model to be made");
        return new LanguageModel(Decoder.Create(config, context.Request.Seed, context.Request.Stage, options.Model.InitStd, ModelPlacement.Of(context)), text);
    }

    private static ITokenizer NewTokenizer(StageContext context, PretrainingOptions options)
    {
        string? directory = context.Artifacts("tokenizer").Select(input => input.Directory).FirstOrDefault();
        return (options.Tokenizer, directory) switch
        {
            ({ } name, null) => TokenizerNames.Create(name),
            (null, { }) => TokenizerFolder.Load(directory),
            ({ } name, { }) => throw new StageFailedException(
                StageFailureClass.UserData, $"stage {context.Request.Stage} has a `tokenizer:` input and the option tokenizer: {name}; keep one of them."),
            _ => throw new StageFailedException(
                StageFailureClass.UserData,
                $"stage {context.Request.Stage} has no tokenizer; set tokenizer to one of {string.Join(", ", TokenizerNames.All)}, or name a train-tokenizer stage under `tokenizer:`."),
        };
    }

    private static DecoderConfig Config(PretrainingOptions options, ITokenizer tokenizer)
    {
        try
        {
            return DecoderConfig.Of(options.Model, tokenizer.VocabularySize, tokenizer.EosId, tokenizer.PadId);
        }
        catch (ArgumentException wrong)
        {
            throw new StageFailedException(StageFailureClass.UserData, $"`model:` cannot be built: {wrong.Message}", wrong);
        }
    }

    private static List<TrainingSequence> Documents(RowLedger ledger, ModelText text, int maxTokens)
    {
        var sequences = new List<TrainingSequence>();
        foreach (var row in ledger.Rows)
        {
            var pieces = text.Sequences.Document(row.Row, maxTokens);
            if (pieces.Count == 0)
            {
                row.Refuse("too-short");
                continue;
            }

            row.Use();
            sequences.AddRange(pieces);
        }

        return sequences;
    }
}
