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

    // The machine may be quicker now than when the undisturbed run was timed.
    private const double LatestShare = 0.8;

    public async Task<int> RunAsync(long seed)
    {
        var undisturbed = new R1Command(Path.Combine(state, $"undisturbed-{seed}"));
        var killed = new R1Command(Path.Combine(state, $"killed-{seed}"));
        string[] run = ["run", Pipeline, "--set", $"seed={seed}"];

        (int code, string output) = await undisturbed.RunAsync(run);
        if (code != 0) throw new InvalidOperationException($"the undisturbed run ended with {code}:\n{output}");
        JsonElement expected = await undisturbed.StatusAsync(await undisturbed.OldestRunAsync("quickstart"));

        var moments = expected.GetProperty("stages").EnumerateArray().ToDictionary(
            stage => stage.GetProperty("name").GetString()!,
            stage => TimeSpan.FromSeconds(LatestShare * stage.GetProperty("wall_seconds").GetDouble() * new RandomStream(seed, stage.GetProperty("name").GetString()!, 0, "kill").NextDouble()));
        var escaped = new List<string>();
        while (moments.Count > 0) await KillInOneAsync(killed, run, moments, escaped);

        (code, output) = await killed.RunAsync(run);
        if (code != 0) throw new InvalidOperationException($"the killed run ended with {code}:\n{output}");
        JsonElement actual = await killed.StatusAsync(await killed.OldestRunAsync("quickstart"));

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
    /// Starts the run or goes on with it, waits until the moment of a stage that is still to be killed has come, counted from its worker's start, and kills
    /// the whole process tree: with it every stage that has a worker then. Stages left over when the run ends by itself have escaped.
    /// </summary>
    private static async Task KillInOneAsync(R1Command r1, string[] run, Dictionary<string, TimeSpan> moments, List<string> escaped)
    {
        var attempts = moments.Keys.ToDictionary(stage => stage, stage => NumAttempts(r1, stage));
        var since = new Dictionary<string, long>();
        using Process process = r1.Start(run);
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string? due = null;
        while (!process.HasExited && due is null)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20));
            foreach (string stage in moments.Keys.Where(stage => !since.ContainsKey(stage) && NumAttempts(r1, stage) > attempts[stage])) since.Add(stage, Stopwatch.GetTimestamp());
            due = since.Where(start => Stopwatch.GetElapsedTime(start.Value) >= moments[start.Key]).Select(start => start.Key).FirstOrDefault();
        }
        if (!process.HasExited) process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        await output;
        if (due is null)
        {
            escaped.AddRange(moments.Keys);
            moments.Clear();
            return;
        }

        foreach (JsonElement stage in (await r1.StatusAsync(await r1.OldestRunAsync("quickstart"))).GetProperty("stages").EnumerateArray())
        {
            string name = stage.GetProperty("name").GetString()!;
            if (!since.TryGetValue(name, out long start)) continue;
            moments.Remove(name);
            if (stage.GetProperty("state").GetString() == "done") escaped.Add(name);
            else Console.Error.WriteLine($"killed {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s after {name} got its worker, at step {stage.GetProperty("steps_done")} of {stage.GetProperty("steps_planned")}");
        }
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
