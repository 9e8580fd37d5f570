using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using R1Pipeline.Contracts.Options;

namespace R1Pipeline.Rewards.Measuring;

/// <summary>
/// The other side of a <see cref="RewardProcess"/>: measures the outputs that come in on standard input, one JSON line each, and answers in their order, one line
/// each. The end of standard input is the end of the process, whatever a rule is doing then: it outlives nobody.
/// </summary>
public static class RewardProcessHost
{
    /// <summary>The argument that makes an executable this.</summary>
    public const string Argument = "--measure-outputs";

    /// <summary>What the process says first.</summary>
    internal const string Greeting = "r1-rewards 1";

    /// <summary>Names a fault for tests of what surrounds the rules: <c>KIND:TEXT</c>, which strikes at an output that contains TEXT. KIND is hang, crash, memory, noise or null.</summary>
    internal const string FaultVariable = "R1_REWARD_FAULT";

    /// <summary>How lines are written: every property, so that a missing one is no null.</summary>
    internal static JsonSerializerOptions Lines { get; } = new(Contracts.ContractJson.Compact) { DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.Never };

    /// <summary>Serves until standard input ends; never returns.</summary>
    public static void Run()
    {
        using Stream output = Console.OpenStandardOutput();
        Console.SetOut(Console.Error); // nothing but answers may reach whoever asked
        using var orders = new BlockingCollection<string>();
        new Thread(() => Answer(orders, output)) { IsBackground = true, Name = "rules" }.Start();
        using var input = new StreamReader(Console.OpenStandardInput(), new UTF8Encoding(false));
        while (input.ReadLine() is { } line) orders.Add(line);
        Environment.Exit(0);
    }

    private static void Answer(BlockingCollection<string> orders, Stream output)
    {
        (string Kind, string Text)? fault = Environment.GetEnvironmentVariable(FaultVariable)?.Split(':', 2) is [var kind, var text] ? (kind, text) : null;

        // The first output pays for what is compiled and loaded on the way: before anybody waits for an answer.
        _ = MeasuredOutput.Of(new MeasureOrder(new RewardInput("<think> 1 </think> <answer> 1 </answer>", Finished: true, "1", "en"), AnswerFormat.ThinkAnswer, LanguageRule.RunningText));
        Write(output, Greeting);
        foreach (string line in orders.GetConsumingEnumerable())
        {
            MeasureOrder order = JsonSerializer.Deserialize<MeasureOrder>(line, Lines)!;
            if (fault is { } planned && order.Input.Completion.Contains(planned.Text, StringComparison.Ordinal)) Strike(planned.Kind, output);
            Write(output, JsonSerializer.Serialize(MeasuredOutput.Of(order), Lines));
        }
    }

    private static void Write(Stream output, string line)
    {
        output.Write(Encoding.UTF8.GetBytes(line + "\n"));
        output.Flush();
    }

    private static void Strike(string kind, Stream output)
    {
        if (kind == "hang") Thread.Sleep(Timeout.Infinite);
        if (kind == "crash") Environment.FailFast("a planned fault");
        if (kind == "null") Write(output, "null");
        var held = new List<byte[]>();
        while (kind == "memory") held.Add(GC.AllocateUninitializedArray<byte>(16 << 20));
        while (kind == "noise") output.Write("{\"statistics\": NaN, "u8);
    }
}
