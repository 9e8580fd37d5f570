using R1Pipeline.Orchestration.Stores.Postgres;
using R1Pipeline.Tests.Artifacts;

namespace R1Pipeline.Tests.Orchestration;

/// <summary>A database whose tables are there already, empty and bound to no state folder.</summary>
internal static class MigratedDatabase
{
    /// <summary>A new one.</summary>
    /// <returns>Its connection string.</returns>
    public static string In(PostgresServer server) => server.NewDatabase(Migrate);

    private static void Migrate(string connection)
    {
        using (var folder = new TemporaryFolder()) PostgresStores.Open(connection, folder.At("state"), create: true, _ => { })!.Dispose();
        PostgresServer.Execute($"{connection};Pooling=False", "delete from r1.state_folder");
    }
}
