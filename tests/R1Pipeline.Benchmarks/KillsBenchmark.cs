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

        foreach (JsonElement stage in expected.GetProperty("stages").EnumerateArray())
        {
            await KillInAsync(killed, run, stage.GetProperty("name").GetString()!, seed);
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
        return equal ? 0 : 1;
    }

    /// <summary>Runs until the stage has done a random share of its steps, then kills the whole process tree.</summary>
    private static async Task KillInAsync(R1Command r1, string[] run, string stage, long seed)
    {
        double share = new RandomStream(seed, stage, 0, "kill").NextDouble();
        using Process process = r1.Start(run);
        _ = process.StandardOutput.ReadToEndAsync();
        while (!process.HasExited)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(200));
            JsonElement? found = await FindStageAsync(r1, stage);
            if (found is not { } current) continue;
            string stageState = current.GetProperty("state").GetString()!;
            if (stageState == "done") Console.Error.WriteLine($"{stage} was done before it could be killed");
            double planned = current.GetProperty("steps_planned").GetDouble();
            bool reached = stageState == "running" && planned > 0 && current.GetProperty("steps_done").GetDouble() >= Math.Floor(share * planned);
            if (!reached && stageState != "done") continue;

            // The workers end themselves when their owner is gone: only the owner is killed by hand, as a crash would.
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            Console.Error.WriteLine($"killed in {stage} at step {current.GetProperty("steps_done")} of {planned}");
            return;
        }
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
