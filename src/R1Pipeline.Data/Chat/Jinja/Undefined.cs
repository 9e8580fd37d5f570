namespace R1Pipeline.Data.Chat.Jinja;

/// <summary>What a missing variable or attribute gives: empty when printed or iterated, false, and an error when anything else is done with it.</summary>
/// <param name="Reason">What is missing, for that error.</param>
internal sealed record Undefined(string Reason)
{
    public JinjaException Used() => new(Reason);
}
