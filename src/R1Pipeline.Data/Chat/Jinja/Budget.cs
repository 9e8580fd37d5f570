namespace R1Pipeline.Data.Chat.Jinja;

/// <summary>
/// What one rendering may cost: templates come with models from strangers, and one that loops, recurses or doubles a text must end with an error.
/// The unit is one step, or 16 bytes made: 8 characters or 2 items. So whatever it keeps stays below 200 MB. Texts that are only read cost half as much.
/// </summary>
internal sealed class Budget
{
    // Far more than a conversation of a million characters takes in the longest published template.
    private const long Limit = 10_000_000;
    private const int MaxLength = 2 << 20;
    private const int Characters = 8, Items = 2, ReadCharacters = 16, SearchedCharacters = 64;
    private const int Mapping = 16, Entry = 3;

    private long _spent;

    /// <summary>Steps whose number is known before they are taken.</summary>
    public void Work(long steps)
    {
        _spent += steps;
        if (_spent > Limit) throw Endless();
    }

    /// <summary>A text that is read, or those of a tuple: to its end, though what reads it may stop before. Nothing for other values.</summary>
    public void Read(object? value)
    {
        if (value is string text) Work(text.Length / ReadCharacters);
        else if (value is object?[] tuple) Work(tuple.Sum(item => 1L + (item is string part ? part.Length / ReadCharacters : 0)));
    }

    /// <summary>A text that is searched for a part: a long part may agree far at every place.</summary>
    public void Search(string text, string part) => Work(text.Length / ReadCharacters * (1L + (part.Length / SearchedCharacters)));

    /// <summary>Items that are taken one after the other, and kept.</summary>
    /// <param name="items">The items.</param>
    /// <param name="each">What each costs: itself, and its place in a list.</param>
    public IEnumerable<object?> Counted(IEnumerable<object?> items, int each = 2)
    {
        foreach (object? item in items)
        {
            Work(each);
            yield return item;
        }
    }

    /// <summary>A value that was computed, as if it were new.</summary>
    public object? Charged(object? value)
    {
        if (value is string text) Spend(text.Length);
        else if (value is List<object?> list) Work(list.Count / Items);
        else if (value is object?[] tuple) Work(tuple.Length / Items);
        else if (value is JinjaDict dict) Work(Mapping + ((long)Entry * dict.Count));
        else if (value is Namespace space) Work(Mapping + ((long)Entry * space.Attributes.Count));
        return value;
    }

    /// <summary>A step that makes a text or list of that length.</summary>
    public void Spend(long length = 0)
    {
        _spent += 1 + (length / Characters);
        // Refused before it is built.
        if (_spent > Limit || length > MaxLength) throw Endless();
    }

    /// <summary>Refuses a text of that length before it is built.</summary>
    public static void RequireRoom(long length)
    {
        if (length > MaxLength) throw Endless();
    }

    private static JinjaException Endless() => new("the template does not come to an end: rendering was stopped");
}
