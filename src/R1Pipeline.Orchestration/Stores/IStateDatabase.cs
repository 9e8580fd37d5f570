using System.Data.Common;

namespace R1Pipeline.Orchestration.Stores;

/// <summary>
/// The database under <see cref="SqlRunStore"/>. Writers of all processes are serial; a reader sees one moment. <c>work</c> may be called again when its
/// transaction was lost before it was committed, so it must do nothing outside the transaction.
/// </summary>
internal interface IStateDatabase : IDisposable
{
    /// <summary>Runs <paramref name="work"/> in a read transaction: one consistent view.</summary>
    /// <exception cref="StoreUnavailableException">The database did not answer in time.</exception>
    T Read<T>(Func<DbTransaction, T> work);

    /// <summary>Runs <paramref name="work"/> in a write transaction, alone, and returns once it is durable.</summary>
    /// <exception cref="StoreUnavailableException">The database did not answer in time.</exception>
    /// <exception cref="IOException">Its disk is full (as <see cref="Artifacts.Disk.DiskGuard.IsDiskFull"/> knows it).</exception>
    T Write<T>(Func<DbTransaction, T> work);
}
