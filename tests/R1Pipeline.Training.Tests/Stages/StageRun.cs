using System.Text.Json;
using R1Pipeline.Contracts;
using R1Pipeline.Contracts.Data;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.StageHost;

namespace R1Pipeline.Training.Tests.Stages;

/// <summary>A stage attempt that ended well.</summary>
internal sealed record StageRun(StageRequest Request, RecordingOwner Owner, StageContext Context, StageResult Result, string Directory)
{
    /// <summary>The metrics as <c>status --json</c> shows them.</summary>
    public JsonElement Metrics => JsonSerializer.SerializeToElement(Result.Metrics, ContractJson.Compact);

    /// <summary>Files of the artifact.</summary>
    public string[] Files => [.. System.IO.Directory.GetFiles(Directory).Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal)];

    /// <summary>The account of a source.</summary>
    public DataAccount Account(string source) => Result.Data.Single(account => account.Source == source);

    /// <summary>Every account adds up.</summary>
    public void AssertAccountsAddUp() =>
        Assert.All(Result.Data, account => Assert.Equal(account.Read, account.Used + account.NotDrawn + account.Refused.Values.Sum()));
}
