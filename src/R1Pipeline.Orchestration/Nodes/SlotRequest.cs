using System.Globalization;

namespace R1Pipeline.Orchestration.Nodes;

/// <summary>Who wants a slot, or holds one: what its turn depends on.</summary>
/// <param name="Priority">The run's priority: the higher one first.</param>
/// <param name="Since">When the run was created: of equal priority the oldest run comes first.</param>
/// <param name="Preempt">Whether a running attempt of lower priority is asked to give its slot away when none is free.</param>
public sealed record SlotRequest(int Priority, DateTimeOffset Since, bool Preempt = false)
{
    /// <summary>Text that sorts, ordinally, like the turn.</summary>
    internal string Turn => string.Create(CultureInfo.InvariantCulture, $"{(uint)((long)int.MaxValue - Priority):D10}-{Since.UtcTicks:D19}");

    /// <summary>What the holder of a slot writes beside it.</summary>
    internal string Text => string.Create(CultureInfo.InvariantCulture, $"{Priority} {Since.UtcTicks}");

    /// <summary>Reads <see cref="Text"/>; null: it is not, or only half, written.</summary>
    internal static SlotRequest? Read(string text) =>
        text.Split(' ') is [var priority, { Length: 18 } since]
        && int.TryParse(priority, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number)
        && long.TryParse(since, NumberStyles.None, CultureInfo.InvariantCulture, out long ticks)
            ? new SlotRequest(number, new DateTimeOffset(ticks, TimeSpan.Zero))
            : null;
}
