using R1Pipeline.Data.Rows;
using R1Pipeline.Stages.Rows;

namespace R1Pipeline.Training.Tests.Stages.Rows;

public sealed class RowLedgerTests
{
    [Fact]
    public void Accounts_UsedRefusedAndUntouchedRows_AddUp()
    {
        var ledger = RowLedger.Of("src", Enumerable.Range(1, 6).Select(Row));
        ledger.Rows[0].Use();
        ledger.Rows[0].Use();
        ledger.Rows[1].Refuse("too-long");
        ledger.Rows[2].Refuse("too-long");
        ledger.Rows[3].Refuse("no-gold");

        var account = Assert.Single(ledger.Accounts());

        Assert.Equal(6, account.Read);
        Assert.Equal(1, account.Used);
        Assert.Equal(2, account.NotDrawn);
        Assert.Equal(2, account.Refused["too-long"]);
        Assert.Equal(1, account.Refused["no-gold"]);
        Assert.Equal("2 too-long, 1 no-gold", ledger.Refusals());
    }

    [Fact]
    public void Use_RefusedRow_IsABug()
    {
        var ledger = RowLedger.Of("src", [Row(1)]);
        ledger.Rows[0].Refuse("too-long");

        Assert.Throws<InvalidOperationException>(ledger.Rows[0].Use);
    }

    [Fact]
    public void Merge_RowUsedInOneReadingAndRefusedInTheOther_IsUsedOnce()
    {
        var training = RowLedger.Of("src", Enumerable.Range(1, 4).Select(Row));
        training.Rows[0].Use();
        training.Rows[1].Refuse("too-long");
        training.Rows[2].Refuse("too-long");
        var gate = RowLedger.Of("src", Enumerable.Range(1, 4).Select(Row));
        gate.Rows[0].Refuse("no-gold");
        gate.Rows[1].Use();

        training.Merge(gate);
        training.Merge(RowLedger.Of("other", [Row(1)]));

        Assert.Equal(["src", "other"], training.Accounts().Select(account => account.Source));
        var account = training.Accounts()[0];
        Assert.Equal((4L, 2L, 1L), (account.Read, account.Used, account.NotDrawn));
        Assert.Equal(1, Assert.Single(account.Refused, refused => refused.Key == "too-long").Value);
    }

    [Fact]
    public void ShuffledPasses_TwoPasses_DrawEveryItemOncePerPassInAnotherOrder()
    {
        int[] items = [.. Enumerable.Range(0, 20)];
        var passes = new ShuffledPasses<int>(items, seed: 1, "rl", "questions");

        var first = passes.Draw(0, 20);
        var second = passes.Draw(20, 20);

        Assert.Equal(items, first.Order());
        Assert.Equal(items, second.Order());
        Assert.NotEqual(first, second);
    }

    [Fact]
    public void ShuffledPasses_DrawsAskedForAgain_AreTheSame()
    {
        int[] items = [.. Enumerable.Range(0, 7)];
        var passes = new ShuffledPasses<int>(items, seed: 1, "rl", "questions");
        var whole = passes.Draw(0, 30);

        var resumed = new ShuffledPasses<int>(items, seed: 1, "rl", "questions").Draw(12, 9);

        Assert.Equal(whole.Skip(12).Take(9), resumed);
        Assert.Equal(whole, passes.Draw(0, 30));
    }

    private static DataRow Row(int line) => new() { Source = "src", Line = line, Id = $"{line}", Language = "en" };
}
