using System.Text.Json;
using R1Pipeline.Artifacts;
using R1Pipeline.Artifacts.Disk;
using R1Pipeline.Contracts;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.StageHost.Channel;
using Serilog;

namespace R1Pipeline.StageHost.Steps;

/// <summary>
/// Writes the rollouts of an iteration as one JSON Lines file, whole or not at all. A repeated iteration gives the same bytes and leaves the
/// file alone; different bytes replace an earlier attempt's file only after the owner confirmed our token.
/// </summary>
internal static class RolloutShardFile
{
    public static RolloutShard Write(string stageDirectory, long iteration, IReadOnlyList<RolloutRecord> rollouts, IOwnerChannel owner, ILogger log, DiskGuard disk)
    {
        string path = RunDirectory.RolloutShardOf(stageDirectory, iteration);
        using var buffer = new MemoryStream();
        foreach (RolloutRecord rollout in rollouts)
        {
            JsonSerializer.Serialize(buffer, rollout, ContractJson.Compact);
            buffer.WriteByte((byte)'\n');
        }
        ReadOnlyMemory<byte> bytes = buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
        var shard = new RolloutShard(iteration, path, Sha256.OfBytes(bytes.Span), rollouts.Count);
        if (File.Exists(path))
        {
            string old = Sha256.OfFile(path);
            if (old == shard.Sha256) return shard;
            log.Warning("Rollouts of iteration {Iteration} replace those of an earlier attempt: sha256 {Old:l} becomes {New:l}", iteration, old, shard.Sha256);
            owner.ConfirmLease();
        }
        return disk.Run(stageDirectory, "a file of rollouts", bytes.Length, () =>
        {
            AtomicFile.Write(path, stream => stream.Write(bytes.Span), owner.DemandLease);
            return shard;
        });
    }
}
