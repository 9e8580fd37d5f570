using System.Text.Json;
using R1Pipeline.Artifacts;
using R1Pipeline.Contracts;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.StageHost;
using R1Pipeline.Training.Checkpoints;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Optimization;
using Serilog.Core;
using static TorchSharp.torch;

namespace R1Pipeline.Worker.Benchmarks;

/// <summary>
/// How long a save keeps the training thread, with the host, the writer and the training state of real stages: once with the training waiting for it, once
/// beside training steps (AdamW over all parameters), in turns, so that both meet the same machine. Only the gradient is made up.
/// </summary>
/// <param name="parameters">Size of the model, roughly.</param>
/// <param name="folder">Folder on the disk that is measured; what is written there is deleted again.</param>
/// <param name="time">The clock.</param>
internal sealed class CheckpointBenchmark(long parameters, string folder, TimeProvider time)
{
    /// <summary>The argument that asks the worker for it.</summary>
    public const string Argument = "--bench-checkpoint";

    private const int Repetitions = 5;
    private const double LearningRate = 1e-4;

    public CheckpointFigures Measure()
    {
        string state = Directory.CreateDirectory(Path.Combine(folder, $"bench-{Guid.NewGuid():N}")).FullName;
        try
        {
            return Measure(state);
        }
        finally
        {
            Directory.Delete(state, recursive: true);
        }
    }

    private CheckpointFigures Measure(string state)
    {
        using Decoder model = Decoder.Create(Shape(), seed: 1, "bench", initStd: 0.02);
        using var optimizer = new AdamW(model.Parameters, new PretrainingOptions());
        var snapshot = new TrainingSnapshot(TrainedWeights.Of(model), optimizer);
        var owner = new AgreeingOwner();
        var context = new StageContext(Request(state), owner, Logger.None);
        long bytes = 0;
        List<double> synchronous = [], stalls = [], quietSteps = [], busySteps = [];

        _ = Step();
        Save();
        context.Settle(); // memory for the copies is there from here on, as after the first save of a stage
        for (int i = 0; i < Repetitions; i++)
        {
            for (int step = 0; step < 3; step++) quietSteps.Add(Step());
            Save();
            long begin = time.GetTimestamp();
            context.Settle();
            synchronous.Add(time.GetElapsedTime(begin).TotalSeconds);

            quietSteps.Add(Step());
            int before = owner.Checkpoints;
            stalls.Add(Save());
            while (owner.Checkpoints == before) busySteps.Add(Step());
            context.Settle();
        }
        return new CheckpointFigures
        {
            Parameters = model.Parameters.Count,
            Bytes = bytes,
            SynchronousSeconds = synchronous,
            StallSeconds = stalls,
            StepSeconds = CheckpointFigures.Median(quietSteps),
            StepWhileSavingSeconds = busySteps.Count == 0 ? 0 : CheckpointFigures.Median(busySteps),
            StepsWhileSaving = busySteps.Count,
        };

        double Step()
        {
            long begin = time.GetTimestamp();
            using (IDisposable frozen = no_grad())
            {
                _ = model.Parameters.Gradients!.copy_(model.Parameters.Values);
            }
            optimizer.Step(LearningRate, optimizer.GradientNorm());
            context.CompleteStep(new StepMetrics(optimizer.StepsDone, null, new Dictionary<string, double> { ["loss"] = 1 }));
            return time.GetElapsedTime(begin).TotalSeconds;
        }

        double Save()
        {
            long begin = time.GetTimestamp();
            context.Checkpoint(optimizer.StepsDone, () =>
            {
                IReadOnlyList<CheckpointFile> files = snapshot.Take(new TrainingState { Step = optimizer.StepsDone, Loss = 1 });
                bytes = files.Sum(file => file.Length);
                return files;
            });
            return time.GetElapsedTime(begin).TotalSeconds;
        }
    }

    /// <summary>A decoder of about that size: the vocabulary takes what the layers leave.</summary>
    private DecoderConfig Shape()
    {
        int hidden = parameters >= 50_000_000 ? 512 : 64;
        var shape = new ModelShapeOptions { HiddenSize = hidden, NumLayers = 4, NumHeads = 8, NumKvHeads = 8, IntermediateSize = 3 * hidden };
        long layers = 4L * (4L * hidden * hidden + 3L * hidden * shape.IntermediateSize);
        return DecoderConfig.Of(shape, (int)Math.Max(16, (parameters - layers) / hidden), eosTokenId: 1, padTokenId: 0);
    }

    private static StageRequest Request(string state)
    {
        var directory = new RunDirectory(state, "bench");
        return new StageRequest
        {
            Run = "bench",
            Stage = "bench",
            Uses = "pretraining",
            Attempt = 1,
            Token = 1,
            Key = new string('0', 64),
            Seed = 1,
            Options = JsonSerializer.SerializeToElement(new PretrainingOptions { KeepCheckpoints = 1 }, ContractJson.Compact),
            StageDirectory = directory.Stage("bench"),
            AttemptDirectory = directory.Attempt("bench", 1),
            ArtifactsDirectory = RunDirectory.ArtifactsOf(state),
            LeaseLifetime = TimeSpan.FromHours(1),
        };
    }
}
