using R1Pipeline.Data.Rows;

namespace R1Pipeline.Stages.Rows;

/// <summary>A row and what became of it. Refuses to be both used and refused.</summary>
internal sealed class LedgerRow(string source, DataRow row)
{
    /// <summary>The name under <c>data:</c>.</summary>
    public string Source { get; } = source;

    /// <summary>The row.</summary>
    public DataRow Row { get; } = row;

    /// <summary>How rollouts and reports name it: <c>source:id</c>.</summary>
    public string Id => Row.Key;

    /// <summary>Whether the row trained, was sampled or was measured.</summary>
    public bool IsUsed { get; private set; }

    /// <summary>Why the row could not be used; null: it could.</summary>
    public string? Refusal { get; private set; }

    /// <summary>The row trained, was sampled or was measured.</summary>
    public void Use()
    {
        if (Refusal is not null) throw new InvalidOperationException($"Row {Id} was refused ({Refusal}) and cannot be used.");
        IsUsed = true;
    }

    /// <summary>The row cannot be used.</summary>
    /// <param name="reason">Why, as it stands in the account: <c>too-long</c>, …</param>
    public void Refuse(string reason)
    {
        if (IsUsed) throw new InvalidOperationException($"Row {Id} was used and cannot be refused ({reason}).");
        Refusal ??= reason;
    }

    /// <summary>Takes over what became of the same row elsewhere in the stage: used by anybody is used, and only a row that nobody used stays refused.</summary>
    public void Merge(LedgerRow same)
    {
        IsUsed |= same.IsUsed;
        Refusal = IsUsed ? null : Refusal ?? same.Refusal;
    }
}
