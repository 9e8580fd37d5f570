using System.Text;
using R1Pipeline.Artifacts;
using R1Pipeline.Artifacts.Checkpoints;
using R1Pipeline.Artifacts.Disk;
using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Tests.Artifacts;

/// <summary>A checkpoint that was committed reads back; one that is damaged, foreign or half written is passed over by name.</summary>
public sealed class CheckpointTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Write_Committed_IsFoundAgainAsNewest()
    {
        CheckpointRef first = Writer(token: 3).Write(10, null, Fill("ten"));
        CheckpointRef second = Writer(token: 3).Write(20, first, Fill("twenty"));

        CheckpointRef? found = CheckpointReader.NewestGood([second, first], "key", Unexpected);

        Assert.Equal(second, found);
        Assert.EndsWith("step-000000020-t3", second.Directory);
        Assert.Equal(6, second.Bytes);
        Assert.Contains(first.Sha256, File.ReadAllText(Path.Combine(second.Directory, "manifest.json")));
    }

    [Theory]
    [InlineData("changed", "state.txt has sha256")]
    [InlineData("truncated", "state.txt has 3 bytes")]
    [InlineData("missing", "state.txt is missing")]
    [InlineData("no-manifest", "manifest.json is missing")]
    [InlineData("manifest-changed", "manifest.json has sha256")]
    [InlineData("gone", "folder is missing")]
    public void NewestGood_DamagedNewest_IsSkippedByNameForTheOneBefore(string damage, string reason)
    {
        CheckpointRef old = Writer(1).Write(1, null, Fill("good"));
        CheckpointRef bad = Writer(1).Write(2, old, Fill("fine"));
        Damage(bad.Directory, damage);
        var skipped = new List<string>();

        CheckpointRef? found = CheckpointReader.NewestGood([bad, old], "key", (checkpoint, why) => skipped.Add($"{checkpoint.Step}: {why}"));

        Assert.Equal(old, found);
        Assert.StartsWith("2: ", Assert.Single(skipped));
        Assert.Contains(reason, skipped[0]);
    }

    [Fact]
    public void NewestGood_OfAnotherKey_IsRefused()
    {
        CheckpointRef checkpoint = Writer(1).Write(1, null, Fill("good"));
        var skipped = new List<string>();

        Assert.Null(CheckpointReader.NewestGood([checkpoint], "another", (_, why) => skipped.Add(why)));
        Assert.Contains("stage key key, not to another", Assert.Single(skipped));
    }

    [Fact]
    public void Write_WhileItFails_LeavesNothing()
    {
        Assert.Throws<InvalidOperationException>(() => Writer(1).Write(1, null, [new CheckpointFile("x", 1, _ => throw new InvalidOperationException())]));
        Assert.Throws<InvalidOperationException>(() => Writer(1).Write(1, null, [new CheckpointFile("x", 2, stream => stream.WriteByte(1))]));
        Assert.Throws<InvalidOperationException>(() => Writer(1).Write(1, null, Fill("x"), beforePublish: () => throw new InvalidOperationException()));

        Assert.Empty(Directory.EnumerateFileSystemEntries(RunDirectory.CheckpointsOf(_folder.Path)));
    }

    [Fact]
    public void RemoveOrphans_DropsUnknownOnesOfOlderTokensOnly()
    {
        CheckpointRef known = Writer(1).Write(1, null, Fill("known"));
        CheckpointRef unknown = Writer(1).Write(2, known, Fill("never made it into the store"));
        CheckpointRef newer = Writer(3).Write(2, known, Fill("of a newer attempt"));
        Directory.CreateDirectory(Path.Combine(RunDirectory.CheckpointsOf(_folder.Path), "notes"));

        CheckpointCleaner.RemoveOrphans(_folder.Path, [known], token: 2);

        Assert.True(Directory.Exists(known.Directory));
        Assert.False(Directory.Exists(unknown.Directory));
        Assert.True(Directory.Exists(newer.Directory));
        Assert.True(Directory.Exists(Path.Combine(RunDirectory.CheckpointsOf(_folder.Path), "notes")));
    }

    [Fact]
    public void Write_TooLittleSpace_IsRefusedBeforeItBeginsWithBothFigures()
    {
        var file = new CheckpointFile("weights", 1000, _ => Assert.Fail("it began"));

        var full = Assert.Throws<StageFailedException>(() => new CheckpointWriter(_folder.Path, "key", 1, new DiskGuard("run-7", _ => 1199)).Write(2, null, [file]));

        Assert.Equal(StageFailureClass.DiskFull, full.Failure);
        Assert.Contains("needs 1200 bytes, found 1199 free", full.Message);
        Assert.Contains("`r1 resume run-7`", full.Message);
        Assert.Equal(2, new CheckpointWriter(_folder.Path, "key", 1, new DiskGuard("run-7", _ => 1200)).Write(2, null, Fill(new string('x', 1000))).Step);
    }

    [Fact]
    public void Write_UnchangedFile_LiesOnceAndOutlivesTheCheckpointBefore()
    {
        CheckpointRef first = Writer(1).Write(1, null, [Reference("weights"), .. Fill("one")]);
        var small = new CheckpointWriter(_folder.Path, "key", 1, new DiskGuard("run-7", _ => 5)); // room for the state, not for the reference

        CheckpointRef second = small.Write(2, first, [Reference("weights") with { Write = _ => Assert.Fail("it was written again"), Unchanged = true }, .. Fill("two")]);
        string shared = Path.Combine(second.Directory, "training", "reference");
        File.AppendAllText(Path.Combine(first.Directory, "training", "reference"), "!"); // no copy: what happens to the one is seen in the other
        Assert.Equal("weights!", File.ReadAllText(shared));
        CheckpointCleaner.Remove(first.Directory);

        Assert.Equal("weights!", File.ReadAllText(shared));
        Assert.Contains("reference has 8 bytes", CheckpointReader.FirstProblem(second));
    }

    [Fact]
    public void Write_UnchangedFileThatRotted_IsWrittenAnew()
    {
        CheckpointRef first = Writer(1).Write(1, null, [Reference("weights")]);
        File.WriteAllText(Path.Combine(first.Directory, "training", "reference"), "wEights");

        CheckpointRef second = Writer(1).Write(2, first, [Reference("weights") with { Unchanged = true }]);

        Assert.Null(CheckpointReader.FirstProblem(second));
        Assert.Contains("has sha256", CheckpointReader.FirstProblem(first));
    }

    [Fact]
    public void Write_Progress_CountsEveryByteWrittenOrCompared()
    {
        long counted = 0;
        var writer = new CheckpointWriter(_folder.Path, "key", 1, new DiskGuard("run"), bytes => counted += bytes);

        CheckpointRef first = writer.Write(1, null, [Reference("weights")]);
        Assert.Equal(7, counted);
        writer.Write(2, first, [Reference("weights") with { Unchanged = true }]);
        Assert.Equal(14, counted);
    }

    [Fact]
    public void Write_DiskFillsUp_IsDiskFullAndLeavesNothing()
    {
        using SmallDisk? disk = SmallDisk.TryMount(_folder.At("disk"), megabytes: 1);
        if (disk is null) Assert.Skip("a tmpfs can be mounted by root only");
        var writer = new CheckpointWriter(disk.Path, "key", 1, new DiskGuard("run-7"));

        var full = Assert.Throws<StageFailedException>(() => writer.Write(1, null, [new CheckpointFile("big", 0, stream => stream.Write(new byte[2 << 20]))]));

        Assert.Equal(StageFailureClass.DiskFull, full.Failure);
        Assert.Matches("a checkpoint of at least [0-9]+ bytes needs [0-9]+ bytes, found [0-9]+ free on '.*/disk/checkpoints'", full.Message);
        Assert.Empty(Directory.EnumerateFileSystemEntries(RunDirectory.CheckpointsOf(disk.Path)));
        Assert.Equal(1, writer.Write(1, null, Fill("small")).Step);
    }

    public void Dispose() => _folder.Dispose();

    private CheckpointWriter Writer(long token) => new(_folder.Path, "key", token, new DiskGuard("run"));

    private static CheckpointFile[] Fill(string content) => [CheckpointFile.Of("state.txt", Encoding.UTF8.GetBytes(content))];

    private static CheckpointFile Reference(string content) => CheckpointFile.Of("training/reference", Encoding.UTF8.GetBytes(content));

    private static void Unexpected(CheckpointRef checkpoint, string why) => Assert.Fail($"{checkpoint.Directory} was skipped: {why}");

    private static void Damage(string directory, string damage)
    {
        string state = Path.Combine(directory, "state.txt"), manifest = Path.Combine(directory, "manifest.json");
        switch (damage)
        {
            case "changed": File.WriteAllText(state, "fInE"); break;
            case "truncated": File.WriteAllText(state, "fin"); break;
            case "missing": File.Delete(state); break;
            case "no-manifest": File.Delete(manifest); break;
            case "manifest-changed": File.AppendAllText(manifest, " "); break;
            case "gone": Directory.Delete(directory, recursive: true); break;
        }
    }
}
