using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Sequences;
using R1Pipeline.StageHost;
using R1Pipeline.Training.Loops;
using R1Pipeline.Training.Model;

namespace R1Pipeline.Stages.Supervised;

/// <summary>Hands sequences to the supervised loop, packed when the options say so. Refuses to train on nothing.</summary>
internal static class SupervisedTraining
{
    /// <summary>Trains <paramref name="decoder"/> on the sequences, from the attempt's checkpoint when there is one.</summary>
    /// <param name="context">The stage.</param>
    /// <param name="decoder">The weights; changed in place.</param>
    /// <param name="sequences">What to train on.</param>
    /// <param name="options">Epochs, batch, optimizer, packing.</param>
    /// <param name="refusals">What became of the other rows, in words, for the message when nothing is left.</param>
    /// <exception cref="StageFailedException">There is no sequence.</exception>
    public static LoopOutcome Run(
        StageContext context, Decoder decoder, IReadOnlyList<TrainingSequence> sequences, SupervisedOptions options, string refusals)
    {
        if (sequences.Count == 0)
        {
            throw new StageFailedException(
                StageFailureClass.UserData,
                $"stage {context.Request.Stage}: no row is left to train on (refused: {refusals}); the stage would train zero steps. "
                + $"Raise max-tokens (now {MaxTokens(options, decoder.Config)}) or give it other rows.");
        }

        var packed = options.Packing
            ? Packer.BestFit(sequences, MaxTokens(options, decoder.Config))
            : [.. sequences.Select(sequence => new PackedSequence([sequence]))];
        context.Log.Information(
            "{Sequences} sequences of {Tokens} tokens in {Packed} rows", sequences.Count, sequences.Sum(sequence => (long)sequence.Ids.Length), packed.Count);
        return new SftLoop(
            decoder, packed, options, context.MicroBatch(options.MicroBatch), context.Request.Seed, context.Request.Stage, context).Run(context.Resume?.Directory);
    }

    /// <summary>Longest sequence: the option's, at most the model's context.</summary>
    /// <exception cref="StageFailedException">The option asks for more than the context.</exception>
    public static int MaxTokens(SupervisedOptions options, DecoderConfig config) =>
        options.MaxTokens is { } asked && asked > config.ContextTokens
            ? throw new StageFailedException(StageFailureClass.UserData, $"max-tokens {asked} is more than the model's context of {config.ContextTokens} tokens; lower it.")
            : options.MaxTokens ?? config.ContextTokens;
}
