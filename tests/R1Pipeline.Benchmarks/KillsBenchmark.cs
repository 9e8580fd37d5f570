using System.Diagnostics;
using System.Text.Json;
using R1Pipeline.Contracts.Randomness;

namespace R1Pipeline.Benchmarks;

/// <summary>
/// The quickstart twice: once undisturbed, once with its whole process tree killed (SIGKILL) at a random moment of every stage and resumed until done.
/// The artifacts of both must have the same hashes.
/// </summary>
internal sealed class KillsBenchmark(string state)
{
    private const string Pipeline = "pipelines/quickstart.yaml";

    public async Task<int> RunAsync(long seed)
    {
        var undisturbed = new R1Command(Path.Combine(state, "undisturbed"));
        var killed = new R1Command(Path.Combine(state, "killed"));
        string[] run = ["run", Pipeline, "--set", $"seed={seed}"];

        (int code, string output) = await undisturbed.RunAsync(run);
        if (code != 0) throw new InvalidOperationException($"the undisturbed run ended with {code}:\n{output}");
        JsonElement expected = await undisturbed.StatusAsync(await undisturbed.NewestRunAsync());

        var escaped = new List<string>();
        foreach (JsonElement stage in expected.GetProperty("stages").EnumerateArray())
        {
            string name = stage.GetProperty("name").GetString()!;
            if (!await KillInAsync(killed, run, name, seed)) escaped.Add(name);
        }

        (code, output) = await killed.RunAsync(run);
        if (code != 0) throw new InvalidOperationException($"the killed run ended with {code}:\n{output}");
        JsonElement actual = await killed.StatusAsync(await killed.NewestRunAsync());

        Console.WriteLine("| stage | sha256, never killed | sha256, killed | resumed from | steps executed / planned |");
        Console.WriteLine("|---|---|---|---|---|");
        bool equal = true;
        foreach ((JsonElement left, JsonElement right) in expected.GetProperty("stages").EnumerateArray().Zip(actual.GetProperty("stages").EnumerateArray()))
        {
            string leftHash = left.GetProperty("artifact").GetProperty("sha256").GetString()!;
            string rightHash = right.GetProperty("artifact").GetProperty("sha256").GetString()!;
            equal &= leftHash == rightHash;
            Console.WriteLine($"| {left.GetProperty("name").GetString()} | {leftHash[..12]} | {rightHash[..12]} | {right.GetProperty("resumed_from")} " +
                $"| {right.GetProperty("steps_executed")} / {right.GetProperty("steps_planned")} |");
        }

        Console.WriteLine(equal ? "equal" : "DIFFERENT");
        if (escaped.Count > 0) Console.WriteLine($"NOT KILLED: {string.Join(", ", escaped)} ended before its moment came; run again with another --seed or state folder");
        return equal && escaped.Count == 0 ? 0 : 1;
    }

    /// <summary>Runs until the stage has done a random share of its steps, then kills the whole process tree. False: the stage was done before.</summary>
    private static async Task<bool> KillInAsync(R1Command r1, string[] run, string stage, long seed)
    {
        double share = new RandomStream(seed, stage, 0, "kill").NextDouble();
        using Process process = r1.Start(run);
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        bool killed = false;
        while (!process.HasExited && !killed)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100));
            if (await FindStageAsync(r1, stage) is not { } current) continue;
            string stageState = current.GetProperty("state").GetString()!;
            if (stageState == "done") break;
            double planned = current.GetProperty("steps_planned").GetDouble();
            if (stageState != "running" || planned == 0 || current.GetProperty("steps_done").GetDouble() < Math.Floor(share * planned)) continue;
            killed = true;
            Console.Error.WriteLine($"killing in {stage} at step {current.GetProperty("steps_done")} of {planned}");
        }

        if (!process.HasExited) process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        await output;
        return killed;
    }

    private static async Task<JsonElement?> FindStageAsync(R1Command r1, string name)
    {
        (int code, string output) = await r1.RunAsync("runs", "--json");
        if (code != 0 || output.Trim().Length == 0) return null;
        JsonElement status = await r1.StatusAsync(await r1.NewestRunAsync());
        foreach (JsonElement stage in status.GetProperty("stages").EnumerateArray())
        {
            if (stage.GetProperty("name").GetString() == name) return stage;
        }

        return null;
    }
}
