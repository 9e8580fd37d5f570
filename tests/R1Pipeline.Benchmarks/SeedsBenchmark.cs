using System.Globalization;
using System.Text.Json;

namespace R1Pipeline.Benchmarks;

/// <summary>
/// The quickstart on several seeds, each also without the language reward (which reruns from reasoning RL on), printed as the table of the README:
/// figures per seed, separated by slashes, in the order of the seeds.
/// </summary>
internal sealed class SeedsBenchmark(R1Command r1)
{
    private const string Pipeline = "pipelines/quickstart.yaml";

    private static readonly string[] Stages = ["base", "zero", "cold-start", "reasoning-rl", "sft", "all-scenario-rl"];

    public async Task<int> RunAsync(IReadOnlyList<long> seeds)
    {
        var runs = new List<JsonElement>();
        var ablations = new List<JsonElement>();
        foreach (long seed in seeds)
        {
            runs.Add(await MeasureAsync($"seed={seed}"));
            // Gates off the end: the ablation is measured, not judged.
            ablations.Add(await MeasureAsync($"seed={seed}", "stages.reasoning-rl.with.language-weight=0", "stages.report.gate=[]"));
        }

        Console.WriteLine($"Seeds {string.Join(" / ", seeds)}; {Pipeline}");
        Console.WriteLine();
        Console.WriteLine("| model | pass@1, T = 1 | pass@1, T = .6 | loose, T = 1 | format, T = .6 | mixed, T = 1 | mixed, T = .6 | pass@16 | cons@16 | general |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|");
        foreach (string stage in Stages) Console.WriteLine(Row(stage, runs, stage));
        Console.WriteLine(Row("reasoning-rl without language reward", ablations, "reasoning-rl"));
        return 0;
    }

    private async Task<JsonElement> MeasureAsync(params string[] settings)
    {
        string[] sets = [.. settings.SelectMany(setting => new[] { "--set", setting })];
        (int code, string output) = await r1.RunAsync(["run", Pipeline, .. sets]);
        if (code != 0) throw new InvalidOperationException($"r1 run {Pipeline} {string.Join(' ', sets)} ended with {code}:\n{output}");
        return await r1.StatusAsync(await r1.NewestRunAsync());
    }

    private static string Row(string label, List<JsonElement> runs, string stage)
    {
        (string Task, string Metric)[] figures =
        [
            ("addition-t1", "pass_at_1"), ("addition-t06", "pass_at_1"), ("addition-t1", "loose_pass_at_1"), ("addition-t06", "format_rate"),
            ("addition-t1", "mixing_rate"), ("addition-t06", "mixing_rate"), ("addition-k16", "pass_at_k"), ("addition-k16", "cons_at_k"), ("general", "pass_at_1"),
        ];
        return $"| {label} | {string.Join(" | ", figures.Select(figure => Each(runs, run => Figure(run, stage, figure.Task, figure.Metric), ".000")))} |";
    }

    private static double Figure(JsonElement run, string model, string task, string metric)
    {
        JsonElement evaluation = Stage(run, "report").GetProperty("metrics").GetProperty("models").GetProperty(model).GetProperty(task);
        return evaluation.TryGetProperty(metric, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : double.NaN;
    }

    private static string Each(List<JsonElement> runs, Func<JsonElement, double> value, string format) =>
        string.Join(" / ", runs.Select(run => value(run).ToString(format, CultureInfo.InvariantCulture)));

    private static JsonElement Stage(JsonElement run, string name) =>
        run.GetProperty("stages").EnumerateArray().Single(stage => stage.GetProperty("name").GetString() == name);
}
