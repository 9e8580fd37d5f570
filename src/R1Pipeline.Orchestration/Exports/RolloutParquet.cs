using Parquet;
using Parquet.Serialization;
using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Orchestration.Exports;

/// <summary>
/// Rollouts as one Parquet file, for tools that read tables. Written a row group at a time: however long the ledger, only one group is ever in
/// memory. The file is there whole or not at all. The ledger itself is the shards; this is a copy.
/// </summary>
public static class RolloutParquet
{
    private const int RowsInGroup = 512;

    /// <summary>Writes the file, replacing one of that name.</summary>
    /// <param name="path">The file.</param>
    /// <param name="run">Run id, a column of every row.</param>
    /// <param name="rollouts">Rollouts with their stages; read once, as they are written.</param>
    /// <param name="stop">Gives up; nothing is left behind.</param>
    /// <returns>Number of rows.</returns>
    public static async Task<long> WriteAsync(string path, string run, IEnumerable<(string Stage, RolloutRecord Rollout)> rollouts, CancellationToken stop)
    {
        string temporary = $"{path}.{Environment.ProcessId}.tmp";
        long count = 0;
        try
        {
            await using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.ReadWrite, FileShare.None))
            {
                var options = new ParquetOptions { RowGroupSize = RowsInGroup, CompressionMethod = CompressionMethod.Zstd };
                await ParquetSerializer.SerializeAsync(rollouts.Select(Row), stream, options, cancellationToken: stop);
                stream.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: true);
            return count;
        }
        finally
        {
            File.Delete(temporary);
        }

        RolloutRow Row((string Stage, RolloutRecord Rollout) item)
        {
            count++;
            return new RolloutRow(run, item.Stage, item.Rollout);
        }
    }
}
