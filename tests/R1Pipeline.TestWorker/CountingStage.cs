using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using R1Pipeline.Contracts.Artifacts;
using R1Pipeline.Contracts.Data;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Pipelines;
using R1Pipeline.Contracts.Randomness;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.StageHost;

namespace R1Pipeline.TestWorker;

/// <summary>
/// A fake stage that counts. Its state is a hash over every draw so far and over its inputs, so the artifact has the right bytes only if
/// every step was done exactly once, in order, whatever killed the worker in between.
/// </summary>
internal sealed class CountingStage(StageKind kind) : IStage
{
    private const string StateFile = "state.txt";

    public string Uses => kind.Name;

    public StageResult Execute(StageContext context)
    {
        CountingPlan plan = CountingPlan.Of((StageOptions)context.Request.Options.Deserialize(kind.Options, Contracts.ContractJson.Compact)!);
        string[] inputs = [.. context.Request.Artifacts.Select(input => input.Role).Distinct().SelectMany(context.Artifacts).Select(input => input.Artifact.Sha256)];
        string state = context.Resume is { } resume ? File.ReadAllText(Path.Combine(resume.Directory, StateFile)) : Hash(string.Join(' ', [context.Request.Stage, .. inputs]));
        Console.Out.WriteLine("Printed by a library that knows nothing of the channel.");
        context.Plan(plan.Steps);
        context.Phase("counting");
        int microBatch = context.MicroBatch(plan.MicroBatch);
        for (long step = (context.Resume?.Step ?? 0) + 1; step <= plan.Steps; step++)
        {
            if (plan.RolloutsEvery > 0 && step % plan.RolloutsEvery == 0) context.CommitRollouts(step / plan.RolloutsEvery, [Rollout(context, step, step / plan.RolloutsEvery)]);
            double draw = new RandomStream(context.Request.Seed, context.Request.Stage, step, "count").NextDouble();
            state = Hash(string.Create(CultureInfo.InvariantCulture, $"{state} {step} {draw:R}"));
            TakeMemory(plan.SequenceBytes * microBatch * step / plan.Steps);
            if (context.Request.Attempt <= plan.WaitingAttempts) Wait(plan.Wait);
            context.CompleteStep(new StepMetrics(step, plan.RolloutsEvery > 0 ? step / plan.RolloutsEvery : null, new Dictionary<string, double> { ["draw"] = draw }));
            if (plan.Fail is { } way && step == plan.FailStep && context.Request.Attempt <= plan.FailingAttempts)
            {
                if (way == "short") break;
                if (way == "hang-save") context.Checkpoint(step, () => [new CheckpointFile(StateFile, 1, _ => Hang())]);
                else Fail(way, context, state);
            }
            if (context.CheckpointDue) context.Checkpoint(step, () => [CheckpointFile.Of(StateFile, Encoding.UTF8.GetBytes(state))]);
        }
        ArtifactRef artifact = context.CommitArtifact(kind.Output, directory => File.WriteAllText(Path.Combine(directory, StateFile), state));
        var refused = new Dictionary<string, long> { ["too-long"] = 1 };
        return new StageResult(artifact, new { state, microBatch }, [.. context.Request.Data.Select(name => new DataAccount(name, 3, 1, 1, refused))]);
    }

    [SuppressMessage("Usage", "CA2201", Justification = "This is what the tensor library throws.")]
    private void Fail(string way, StageContext context, string state)
    {
        context.Settle(); // what a test finds shall not depend on the disk
        switch (way)
        {
            case "bug": throw new InvalidOperationException("a bug, as the test asked");
            case "native-oom": throw new ExternalException("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory\nnative stack");
            case "abort": Environment.FailFast("an abort, as the test asked"); break;
            case "hang": Hang(); break;
            case "gate-missed":
                context.CommitArtifact(kind.Output, directory => File.WriteAllText(Path.Combine(directory, StateFile), state));
                break;
        }
        throw new StageFailedException(Class(way), $"{way}, as the test asked");
    }

    private static StageFailureClass Class(string way) => JsonSerializer.Deserialize<StageFailureClass>($"\"{way}\"", Contracts.ContractJson.Compact);

    private static RolloutRecord Rollout(StageContext context, long step, long iteration)
    {
        int token = new RandomStream(context.Request.Seed, context.Request.Stage, step, "rollout").NextInt(100);
        return new RolloutRecord
        {
            Iteration = iteration,
            Question = $"counting:{step}",
            Sample = 0,
            PolicyVersion = step - 1,
            InputIds = [1, 2],
            OutputIds = [token],
            Logprobs = [-0.5f],
            Rewards = new Dictionary<string, double> { ["accuracy"] = token % 2 },
            Total = token % 2,
            FinishReason = "stop",
        };
    }

    // A frame of its own: a stack dump must name it.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Hang() => Wait(Timeout.InfiniteTimeSpan);

    /// <summary>Really has that much memory for a moment, as a training step has: every page of it is written to.</summary>
    private static unsafe void TakeMemory(long bytes)
    {
        if (bytes == 0) return;
        void* memory = NativeMemory.Alloc((nuint)bytes);
        NativeMemory.Fill(memory, (nuint)bytes, 1);
        NativeMemory.Free(memory);
    }

    private static void Wait(TimeSpan time)
    {
        if (time == TimeSpan.Zero) return;
        using var never = new ManualResetEventSlim();
        never.Wait(time);
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
