using R1Pipeline.Contracts.Randomness;
using R1Pipeline.Data.Sequences;

namespace R1Pipeline.Tests.Data.Sequences;

public class PackerTests
{
    [Fact]
    public void BestFit_KnownLengths_FillTheFullestThatHasRoom()
    {
        IReadOnlyList<PackedSequence> packed = Packer.BestFit([.. new[] { 3, 7, 5, 2, 6, 1 }.Select(Sequence)], 10);
        Assert.Equal(["7 3", "6 2 1", "5"], packed.Select(sequence => string.Join(' ', sequence.Parts.Select(part => part.Ids.Length))));
    }

    [Fact]
    public void BestFit_ManySequences_KeepsEachOnceAndNoneTooLong()
    {
        var random = new RandomStream(1, "packer", 0, "lengths");
        var sequences = new List<TrainingSequence>();
        for (int i = 0; i < 5000; i++) sequences.Add(new TrainingSequence(new int[1 + random.NextInt(128)], 1, $"r:{i}"));
        IReadOnlyList<PackedSequence> packed = Packer.BestFit(sequences, 128);
        Assert.All(packed, sequence => Assert.InRange(sequence.NumTokens, 1, 128));
        Assert.Equal(sequences.Select(sequence => sequence.Row).Order(), packed.SelectMany(sequence => sequence.Parts).Select(part => part.Row).Order());
        int least = (sequences.Sum(sequence => sequence.Ids.Length) + 127) / 128;
        Assert.InRange(packed.Count, least, least * 102 / 100);
        Assert.Equal(packed.Select(Describe), Packer.BestFit(sequences, 128).Select(Describe));
    }

    [Fact]
    public void BestFit_SequenceThatFitsNowhere_IsAnError() => Assert.Throws<ArgumentException>(() => Packer.BestFit([Sequence(11)], 10));

    private static TrainingSequence Sequence(int length) => new(new int[length], 1, $"r:{length}");

    private static string Describe(PackedSequence packed) => string.Join(',', packed.Parts.Select(part => part.Row));
}
