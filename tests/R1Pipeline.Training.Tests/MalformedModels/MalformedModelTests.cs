using System.Text.Json;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Randomness;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Chat;
using R1Pipeline.Data.Chat.Jinja;
using R1Pipeline.Training.Tests.Runtime;
using R1Pipeline.Training.Tests.Stages;

namespace R1Pipeline.Training.Tests.MalformedModels;

/// <summary>
/// Whatever is wrong with a model folder, importing it ends with one clear error that names the file: no crash, nothing in the store, and never more than
/// 256 MB. Memory is the process's, so nothing runs beside these.
/// </summary>
[Collection(TensorCountCollection.Name)]
public sealed class MalformedModelTests(ValidModels models) : IClassFixture<ValidModels>, IDisposable
{
    private const long MaxBytes = 256L << 20;
    private const int MaxMessageCharacters = 600;

    private readonly StageRig _rig = new();

    public static TheoryData<string> Corpus => [.. MalformedModelCorpus.All.Select(model => model.Name)];

    public static TheoryData<string> Templates => [.. MalformedModelCorpus.All.Select(model => model.Name).Where(name => name.StartsWith("text/template-", StringComparison.Ordinal))];

    public static TheoryData<string> Valid => [.. ValidModels.Names];

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void Corpus_Has200DifferentFoldersOrMore()
    {
        Assert.InRange(MalformedModelCorpus.All.Count, 200, int.MaxValue);
        Assert.Equal(MalformedModelCorpus.All.Count, MalformedModelCorpus.All.DistinctBy(model => model.Name).Count());
    }

    [Theory]
    [MemberData(nameof(Valid))]
    public void Import_BeforeTheDamage_Works(string name)
    {
        using TemporaryFolder folder = models.Copy(name);
        Assert.True(_rig.Run(_rig.Request("import-model", new ImportModelOptions { Path = folder.Path }, [])).Metrics.GetProperty("parameters").GetInt64() > 0);
    }

    [Theory]
    [MemberData(nameof(Corpus))]
    public void Import_Malformed_IsOneClearErrorAndCostsLittle(string name)
    {
        using TemporaryFolder folder = Damaged(name, out MalformedModel malformed);
        StageRequest request = _rig.Request("import-model", new ImportModelOptions { Path = folder.Path }, []);

        var memory = PeakMemory.Start();
        StageFailedException failure = _rig.Fails(request);
        (long managed, long? resident) = memory.Stop();

        Assert.Equal(StageFailureClass.UserData, failure.Failure);
        Assert.Contains(malformed.File, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(failure.Message, char.IsControl);
        Assert.InRange(failure.Message.Length, 20, MaxMessageCharacters);
        Assert.InRange(managed, 0, MaxBytes);
        if (resident is { } grown) Assert.InRange(grown, long.MinValue, MaxBytes);
        Assert.Equal(0, _rig.NumArtifacts);
    }

    [Theory]
    [MemberData(nameof(Templates))]
    public void Render_TemplateThatCannotBeRendered_IsOneClearErrorAndCostsLittle(string name)
    {
        using TemporaryFolder folder = Damaged(name, out _);
        using JsonDocument messages = JsonDocument.Parse("""[{"role": "user", "content": "what is 1 + 1 ?"}]""");

        var memory = PeakMemory.Start();
        Exception? failure = Record.Exception(() => ChatRenderer.Load(folder.Path).Render(messages.RootElement, null, addGenerationPrompt: true, null, DateTime.UnixEpoch));
        (long managed, long? resident) = memory.Stop();

        Assert.True(failure is StageFailedException or JinjaException, $"{failure}");
        Assert.InRange(failure.Message.Length, 20, MaxMessageCharacters);
        Assert.InRange(managed, 0, MaxBytes);
        if (resident is { } grown) Assert.InRange(grown, long.MinValue, MaxBytes);
    }

    private TemporaryFolder Damaged(string name, out MalformedModel malformed)
    {
        malformed = MalformedModelCorpus.All.Single(model => model.Name == name);
        TemporaryFolder folder = models.Copy(malformed.Base);
        var random = new RandomStream(MalformedModelCorpus.Seed, "malformed-models", 0, name);
        malformed.Damage(folder.Path, ref random);
        return folder;
    }
}
