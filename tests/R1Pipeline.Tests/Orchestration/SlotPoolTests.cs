using R1Pipeline.Orchestration.Nodes;
using R1Pipeline.Tests.Artifacts;

namespace R1Pipeline.Tests.Orchestration;

/// <summary>Who gets the next slot, and who is asked for one.</summary>
public sealed class SlotPoolTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task TakeAsync_AllTaken_WaitsAndSaysSoOnce()
    {
        int said = 0;
        var first = await Pool().TakeAsync(Request(), () => said++, CancellationToken.None);
        Assert.Equal(0, said);

        var second = Pool().TakeAsync(Request(), () => said++, CancellationToken.None);
        Assert.False(second.IsCompleted);
        first.Dispose();

        using var slot = await second.WaitAsync(Patience);
        Assert.Equal(1, said);
    }

    [Fact]
    public async Task TakeAsync_TwoOwners_GiveEachSlotOnce()
    {
        using var first = await Pool(2).TakeAsync(Request(), Unexpected, CancellationToken.None);
        using var second = await Pool(2).TakeAsync(Request(), Unexpected, CancellationToken.None);

        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Pool(2).TakeAsync(Request(), stop.Cancel, stop.Token));
        Assert.Empty(Tickets());
    }

    [Fact]
    public async Task TakeAsync_SeveralWait_HigherPriorityFirstThenTheOlderRun()
    {
        var held = await Pool().TakeAsync(Request(), Unexpected, CancellationToken.None);
        var served = new List<string>();
        Task[] waiting =
        [
            ServeAsync("young", Request(age: 2)), ServeAsync("low", Request(priority: -1, age: 0)), ServeAsync("high", Request(priority: 7, age: 9)), ServeAsync("old", Request(age: 1)),
        ];
        await UntilAsync(() => Tickets().Length == waiting.Length);

        held.Dispose();
        await Task.WhenAll(waiting).WaitAsync(Patience, TestContext.Current.CancellationToken);

        Assert.Equal(["high", "old", "young", "low"], served);

        async Task ServeAsync(string who, SlotRequest request)
        {
            using var slot = await Pool().TakeAsync(request, () => { }, CancellationToken.None);
            served.Add(who);
        }
    }

    [Fact]
    public async Task TakeAsync_TicketOfADeadProcessBefore_IsDroppedAndPassed()
    {
        string queue = _folder.At("slots/queue");
        Directory.CreateDirectory(queue);
        File.WriteAllText(Path.Combine(queue, $"{Request(priority: 99).Turn}-{Some.Time.UtcTicks:D19}-1-dead"), "");

        using var slot = await Pool().TakeAsync(Request(), Unexpected, CancellationToken.None);

        Assert.Empty(Tickets());
    }

    [Theory]
    [InlineData(1, true, true)]
    [InlineData(1, false, false)]
    [InlineData(0, true, false)]
    public async Task IsWanted_OnlyForAHigherPriorityThatWasToldToAsk(int priority, bool preempt, bool expected)
    {
        using var held = await Pool().TakeAsync(Request(), Unexpected, CancellationToken.None);
        using var stop = new CancellationTokenSource();
        var asking = Pool().TakeAsync(Request(priority, preempt: preempt), () => { }, stop.Token);
        await UntilAsync(() => held.IsWanted == expected && Tickets().Length == 1);
        if (!expected) await Task.Delay(600, TestContext.Current.CancellationToken); // two more looks of the queue

        Assert.Equal(expected, Directory.GetFiles(_folder.At("slots"), "*.wish-*").Length > 0);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        Assert.False(held.IsWanted);
    }

    [Fact]
    public async Task IsWanted_OfSeveralHolders_TheLowestPriorityAndTheYoungestRunIsAsked()
    {
        using var middle = await Pool(3).TakeAsync(Request(priority: 2), Unexpected, CancellationToken.None);
        using var old = await Pool(3).TakeAsync(Request(priority: 1, age: 1), Unexpected, CancellationToken.None);
        using var young = await Pool(3).TakeAsync(Request(priority: 1, age: 2), Unexpected, CancellationToken.None);
        var asking = Pool(3).TakeAsync(Request(priority: 3, preempt: true), () => { }, CancellationToken.None);
        await UntilAsync(() => young.IsWanted);
        Assert.Equal((false, false), (middle.IsWanted, old.IsWanted));

        young.Dispose();

        using var slot = await asking.WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.False(slot.IsWanted);
    }

    [Fact]
    public async Task IsFirst_OthersComeAndGoMeanwhile_IsAnsweredAllTheSame()
    {
        string queue = _folder.At("queue");
        Directory.CreateDirectory(queue);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < 300; i++)
            {
                using var ticket = SlotTicket.Take(queue, Request(), TimeProvider.System.GetUtcNow());
                ticket.IsFirst();
            }
        })));

        Assert.Empty(Directory.GetFiles(queue));
        using var alone = SlotTicket.Take(queue, Request(), TimeProvider.System.GetUtcNow());
        Assert.True(alone.IsFirst());
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!holds()) await Task.Delay(10, patience.Token);
    }

    private SlotPool Pool(int slots = 1) => new(_folder.At("slots"), slots, TimeProvider.System);

    private string[] Tickets() => [.. Directory.GetFiles(_folder.At("slots/queue")).Where(path => !Path.GetFileName(path).StartsWith('.'))];

    private static SlotRequest Request(int priority = 0, int age = 0, bool preempt = false) => new(priority, Some.Time.AddMinutes(age), preempt);

    private static void Unexpected() => Assert.Fail("a slot was free");
}
