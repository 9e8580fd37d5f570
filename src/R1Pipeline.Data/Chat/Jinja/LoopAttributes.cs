namespace R1Pipeline.Data.Chat.Jinja;

/// <summary>The attributes of <c>loop</c>.</summary>
internal static class LoopAttributes
{
    public static bool TryFind(LoopState loop, string name, Budget budget, out object? value)
    {
        object? next = null;
        (bool found, value) = name switch
        {
            "index" => (true, loop.Index + 1L),
            "index0" => (true, (long)loop.Index),
            "revindex" => (true, (long)loop.Length - loop.Index),
            "revindex0" => (true, (long)loop.Length - loop.Index - 1),
            "first" => (true, loop.Index == 0),
            "last" => (true, !loop.Peek(out _)),
            "length" => (true, (long)loop.Length),
            "depth" => (true, loop.Depth + 1L),
            "depth0" => (true, (long)loop.Depth),
            "previtem" => (true, loop.HasPrevious ? loop.Previous : new Undefined("there is no previous item")),
            "nextitem" => (true, loop.Peek(out next) ? next : new Undefined("there is no next item")),
            "cycle" => (true, new JinjaFunction("cycle", arguments => arguments.Positional.Count == 0
                ? throw new JinjaException("no items for cycling given")
                : arguments.Positional[loop.Index % arguments.Positional.Count])),
            "changed" => (true, new JinjaFunction("changed", arguments => loop.Changed([.. arguments.Positional], budget))),
            _ => (false, (object?)null),
        };
        return found;
    }
}
