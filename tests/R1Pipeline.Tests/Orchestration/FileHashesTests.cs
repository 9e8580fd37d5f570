using R1Pipeline.Contracts.Data;
using R1Pipeline.Contracts.Pipelines;
using R1Pipeline.Orchestration.Planning;
using R1Pipeline.Orchestration.Stores;
using R1Pipeline.Orchestration.Stores.Sqlite;
using R1Pipeline.Tests.Artifacts;

namespace R1Pipeline.Tests.Orchestration;

public sealed class FileHashesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SqlRunStore _store;
    private readonly FileHashes _hashes;

    public FileHashesTests()
    {
        _store = new SqlRunStore(SqliteDatabase.Open(_folder.At("r1.db")));
        _hashes = new FileHashes(_store);
        Directory.CreateDirectory(_folder.At("model"));
        File.WriteAllText(_folder.At("real.jsonl"), "one");
        File.CreateSymbolicLink(_folder.At("inner.jsonl"), _folder.At("real.jsonl"));
        File.CreateSymbolicLink(_folder.At("model", "linked.jsonl"), _folder.At("inner.jsonl"));
    }

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void FillIn_FileBehindALinkChanges_AnotherHash()
    {
        string? before = Sha256OfLink();
        File.WriteAllText(_folder.At("real.jsonl"), "other");

        Assert.NotEqual(before, Sha256OfLink());
    }

    [Fact]
    public void OfFolder_FileBehindALinkChanges_AnotherFingerprint()
    {
        string before = _hashes.OfFolder(_folder.At("model"));
        File.WriteAllText(_folder.At("real.jsonl"), "other");

        Assert.NotEqual(before, _hashes.OfFolder(_folder.At("model")));
    }

    private string? Sha256OfLink()
    {
        var source = new DataSourceDefinition { Name = "rows", Path = _folder.At("model", "linked.jsonl") };
        return _hashes.FillIn(new PipelineDefinition { Name = "p", Seed = 1, Data = [source], Stages = [] }).Data[0].Sha256;
    }
}
