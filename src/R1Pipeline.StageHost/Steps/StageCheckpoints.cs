using R1Pipeline.Artifacts;
using R1Pipeline.Artifacts.Checkpoints;
using R1Pipeline.Contracts.Stages;
using Serilog;

namespace R1Pipeline.StageHost.Steps;

/// <summary>What the checkpoints of a request are worth: the one to resume from, those that stay, those that are of no use. Verified by hash, with a line in the log for each that is passed over.</summary>
/// <param name="Resumed">The newest good one; null: none.</param>
/// <param name="Good">Usable ones of this stage's own folder, newest first.</param>
/// <param name="Useless">Damaged ones and ones of another key in its own folder.</param>
/// <param name="CommittedThrough">Last step whose figures the owner has.</param>
internal sealed record StageCheckpoints(CheckpointRef? Resumed, IReadOnlyList<CheckpointRef> Good, IReadOnlyList<CheckpointRef> Useless, long CommittedThrough)
{
    public static StageCheckpoints Of(StageRequest request, ILogger log)
    {
        var skipped = new List<CheckpointRef>();
        CheckpointRef? good = CheckpointReader.NewestGood(request.Checkpoints, request.Key, (checkpoint, reason) =>
        {
            skipped.Add(checkpoint);
            log.Warning("Checkpoint {Directory:l} of step {Step} is skipped: {Reason:l}", checkpoint.Directory, checkpoint.Step, reason);
        });
        // Those of other runs are theirs: read, never superseded or deleted from here.
        List<CheckpointRef> own = [.. request.Checkpoints.Where(checkpoint => RunDirectory.IsCheckpointOf(request.StageDirectory, checkpoint.Directory))];
        long committedThrough = request.Checkpoints
            .Where(checkpoint => (CheckpointReader.ManifestOf(checkpoint)?.Key ?? request.Key) == request.Key)
            .Select(checkpoint => checkpoint.Step).DefaultIfEmpty().Max();
        if (good is not null) log.Information("Resuming from step {Step} of {Directory:l}", good.Step, good.Directory);
        return new StageCheckpoints(good, [.. own.Except(skipped)], [.. own.Intersect(skipped)], committedThrough);
    }
}
