using System.Diagnostics;
using System.Text.Json;
using R1Pipeline.Contracts.Randomness;

namespace R1Pipeline.Benchmarks;

/// <summary>
/// The quickstart twice: once undisturbed, once with its whole process tree killed (SIGKILL) at a random moment of every stage and resumed until done.
/// The artifacts of both must have the same hashes. An undisturbed run that the state folder holds already is not repeated.
/// </summary>
internal sealed class KillsBenchmark(string state)
{
    private const string Pipeline = "pipelines/quickstart.yaml";

    public async Task<int> RunAsync(long seed)
    {
        var undisturbed = new R1Command(Path.Combine(state, $"undisturbed-{seed}"));
        var killed = new R1Command(Path.Combine(state, $"killed-{seed}"));
        string[] run = ["run", Pipeline, "--set", $"seed={seed}"];

        (int code, string output) = await undisturbed.RunAsync(run);
        if (code != 0) throw new InvalidOperationException($"the undisturbed run ended with {code}:\n{output}");
        JsonElement expected = await undisturbed.StatusAsync(await undisturbed.OldestRunAsync("quickstart"));

        var escaped = new List<string>();
        foreach (JsonElement stage in expected.GetProperty("stages").EnumerateArray())
        {
            string name = stage.GetProperty("name").GetString()!;
            double share = new RandomStream(seed, name, 0, "kill").NextDouble();
            var moment = TimeSpan.FromSeconds(share * stage.GetProperty("wall_seconds").GetDouble());
            if (!await KillInAsync(killed, run, name, moment)) escaped.Add(name);
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

    /// <summary>
    /// Starts the run or goes on with it, waits until the stage gets a worker and then for the moment, and kills the whole process tree.
    /// False: the stage ended before.
    /// </summary>
    private static async Task<bool> KillInAsync(R1Command r1, string[] run, string stage, TimeSpan moment)
    {
        int attempts = NumAttempts(r1, stage);
        using Process process = r1.Start(run);
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        while (!process.HasExited && NumAttempts(r1, stage) == attempts) await Task.Delay(TimeSpan.FromMilliseconds(20));
        await Task.WhenAny(Task.Delay(moment), process.WaitForExitAsync());
        if (!process.HasExited) process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        await output;

        JsonElement state = (await r1.StatusAsync(await r1.NewestRunAsync())).GetProperty("stages").EnumerateArray()
            .Single(candidate => candidate.GetProperty("name").GetString() == stage);
        Console.Error.WriteLine($"killed {moment.TotalSeconds:0.0} s after {stage} got its worker, at step {state.GetProperty("steps_done")} of {state.GetProperty("steps_planned")}");
        return state.GetProperty("state").GetString() != "done";
    }

    /// <summary>Worker processes that the stage was given so far, by the documented layout of the state folder.</summary>
    private static int NumAttempts(R1Command r1, string stage)
    {
        string runs = Path.Combine(r1.State, "runs");
        return Directory.Exists(runs)
            ? Directory.GetDirectories(runs).Select(run => Path.Combine(run, "stages", stage, "attempts")).Where(Directory.Exists).Sum(folder => Directory.GetDirectories(folder).Length)
            : 0;
    }
}
