using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Training.Checkpoints;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Optimization;
using R1Pipeline.Training.Tests.Runtime;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Tests.Loops;

/// <summary>What was taken is the state of that moment, however the training goes on before it is written.</summary>
public sealed class SnapshotTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Decoder _model = GrpoLoopTask.NewPolicy();

    [Fact]
    public void Take_TensorsChangeBeforeTheFilesAreWritten_TheOldStateIsWritten()
    {
        using var optimizer = new AdamW(_model.Parameters, new PretrainingOptions());
        Fill(optimizer, 0.25);
        byte[] values = _model.Parameters.Values.bytes.ToArray(), moment = optimizer.FirstMoment.bytes.ToArray();
        var snapshot = new TrainingSnapshot(TrainedWeights.Of(_model), optimizer);

        IReadOnlyList<CheckpointFile> files = snapshot.Take(new TrainingState { Step = 3, Loss = 1.5 });
        Fill(optimizer, 0.5);
        CheckpointFolder.Write(_folder["3"], files);
        TrainingState state = TrainingCheckpoint.Read(_folder["3"], TrainedWeights.Of(_model), optimizer);

        Assert.Equal((3, 1.5, 3L), (state.Step, state.Loss, optimizer.StepsDone));
        Assert.True(_model.Parameters.Values.bytes.SequenceEqual(values));
        Assert.True(optimizer.FirstMoment.bytes.SequenceEqual(moment));
    }

    [Fact]
    public void Read_CheckpointOfAnotherModel_IsRefusedByName()
    {
        using var optimizer = new AdamW(_model.Parameters, new PretrainingOptions());
        CheckpointFolder.Write(_folder["1"], new TrainingSnapshot(TrainedWeights.Of(_model), optimizer).Take(new TrainingState { Step = 1, Loss = 1 }));
        using Decoder other = Decoder.Create(_model.Config with { IntermediateSize = _model.Config.IntermediateSize * 2 }, 1, "other", 0.02);
        using var another = new AdamW(other.Parameters, new PretrainingOptions());

        var wrong = Assert.Throws<StageFailedException>(() => TrainingCheckpoint.Read(_folder["1"], TrainedWeights.Of(other), another));

        Assert.Equal(StageFailureClass.UserData, wrong.Failure);
        Assert.Contains("has shape", wrong.Message);
    }

    public void Dispose()
    {
        _model.Dispose();
        _folder.Dispose();
    }

    private void Fill(AdamW optimizer, double value)
    {
        using IDisposable frozen = no_grad();
        _ = _model.Parameters.Values.fill_(value);
        _ = optimizer.FirstMoment.fill_(value / 2);
        _ = optimizer.SecondMoment.fill_(value / 4);
    }
}
