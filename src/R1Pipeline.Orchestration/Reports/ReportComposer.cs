using System.Globalization;
using System.Text.Json;
using R1Pipeline.Contracts.Data;
using R1Pipeline.Orchestration.Status;

namespace R1Pipeline.Orchestration.Reports;

/// <summary>Decides what a report says and in which order. Knows no notation and reads no file.</summary>
internal static class ReportComposer
{
    private static readonly HashSet<string> SupervisedKinds = ["cold-start", "supervised-fine-tuning", "distillation"];

    // What RL stages are judged by, in the order of the question asked: does it learn, how long are its outputs, does it drift, does it still explore.
    private static readonly IReadOnlyList<(string Figure, string Title)> RlCurves =
        [("reward", "reward"), ("accuracy", "accuracy"), ("held-out-accuracy", "accuracy on held-out questions"), ("response-tokens", "response length (tokens)"), ("kl", "KL to the reference"), ("entropy", "entropy (nats)")];

    private static readonly IReadOnlyList<(string Figure, string Title)> LossCurves = [("loss", "loss")];

    public static IReadOnlyList<ReportBlock> Compose(RunReport report)
    {
        var blocks = new List<ReportBlock>();
        AddHead(report, blocks);
        AddResults(report, blocks);
        AddGates(report, blocks);
        AddAlarms(report, blocks);
        AddData(report, blocks);
        AddCurves(report, blocks);
        AddFigures(report, blocks);
        AddAttempts(report, blocks);
        AddSamples(report, blocks);
        return blocks;
    }

    private static void AddHead(RunReport report, List<ReportBlock> blocks)
    {
        blocks.Add(new HeadingBlock(1, $"{report.Pipeline}: {report.State}"));
        blocks.Add(new FactsBlock(
        [
            ("run", report.Run),
            ("pipeline", report.Pipeline),
            ("seed", report.Seed.ToString(CultureInfo.InvariantCulture)),
            ("definition", "sha256 " + report.DefinitionSha256),
            ("machine", report.Machine),
            ("threads", string.Join(", ", report.Stages.GroupBy(stage => stage.Threads).OrderBy(group => group.Key).Select(group => $"{group.Key} ({group.Count()} stages)"))),
            ("created", report.Created.ToString("u", CultureInfo.InvariantCulture)),
            ("report written", report.Written.ToString("u", CultureInfo.InvariantCulture)),
        ]));
        foreach (StageSection stage in report.Stages.Where(stage => stage.Message is not null && stage.State != "done"))
        {
            blocks.Add(new TextBlock($"{stage.Name} is {stage.State}: {stage.Message}"));
        }
    }

    private static void AddResults(RunReport report, List<ReportBlock> blocks)
    {
        blocks.Add(new HeadingBlock(2, "Results"));
        IReadOnlyList<ReportTable> tables = [.. ResultTables.Paper(report), .. ResultTables.Tasks(report)];
        if (tables.Count == 0) blocks.Add(new TextBlock("No evaluation stage has ended: there is no held-out figure."));
        blocks.AddRange(tables.Select(table => new TableBlock(table)));
        blocks.Add(new TableBlock(ResultTables.Stages(report)));
    }

    private static void AddGates(RunReport report, List<ReportBlock> blocks)
    {
        var rows = report.Stages.SelectMany(stage => stage.Gates.Select(IReadOnlyList<string> (gate) =>
        [
            stage.Name,
            gate.Subject,
            gate.Value is { } value ? GateNumber(gate, value) : Figures.None,
            (gate.AtLeast, gate.AtMost) switch
            {
                ({ } least, { } most) => $"{GateNumber(gate, least)} to {GateNumber(gate, most)}",
                ({ } least, null) => "≥ " + GateNumber(gate, least),
                (null, { } most) => "≤ " + GateNumber(gate, most),
                _ => Figures.None,
            },
            gate.Passed switch { true => "passed", false => "missed", null => "not measured" },
        ])).ToList();
        if (rows.Count > 0) blocks.Add(new TableBlock(new ReportTable("Gates", null, ["stage", "figure", "value", "limit", "outcome"], rows)));
    }

    /// <summary>Silence is said too: a reader must know that somebody listened.</summary>
    private static void AddAlarms(RunReport report, List<ReportBlock> blocks)
    {
        StageSection[] rewarded = [.. report.Stages.Where(stage => stage.Steps.Any(step => step.Values.ContainsKey("reward")))];
        if (rewarded.Length == 0) return;
        blocks.Add(new HeadingBlock(2, "Alarms"));
        var rows = rewarded.SelectMany(stage => StageAlarm.Of(stage.Steps).Select(IReadOnlyList<string> (alarm) => [stage.Name, alarm.Name, alarm.Iterations, Figures.Any(alarm.Value), alarm.Meaning])).ToList();
        blocks.Add(rows.Count == 0
            ? new TextBlock($"No sign of a fooled reward in {string.Join(", ", rewarded.Select(stage => stage.Name))}.")
            : new TableBlock(new ReportTable("Signs of a fooled reward", "The value is what passed the alarm's limit in its last iteration.", ["stage", "alarm", "raised in", "value", "meaning"], rows)));
    }

    /// <summary>Most gates hold shares; one whose value or limit is larger than 1 counts something.</summary>
    private static string GateNumber(GateLine gate, double number) =>
        Math.Max(gate.Value ?? 0, Math.Max(gate.AtLeast ?? 0, gate.AtMost ?? 0)) > 1 ? Figures.Any(number) : Figures.Share(number);

    private static void AddData(RunReport report, List<ReportBlock> blocks)
    {
        var rows = new List<IReadOnlyList<string>>();
        foreach (StageSection stage in report.Stages)
        {
            rows.AddRange(stage.Data.Select(IReadOnlyList<string> (account) => [stage.Name, IsGateOnly(stage, account) ? account.Source + " (gate)" : account.Source, Count(account.Read), Count(account.Used), Count(account.NotDrawn), Refusals(account)]));
        }
        if (rows.Count == 0) return;
        blocks.Add(new HeadingBlock(2, "Data"));
        foreach (StageSection stage in report.Stages.Where(stage => SupervisedKinds.Contains(stage.Uses) && stage.Data.Count > 0))
        {
            blocks.Add(new TextBlock(TrainedOn(stage, report.Stages)));
        }
        blocks.Add(new TableBlock(new ReportTable(
            "Rows", "read = used + not drawn + refused. A source that only a stage's gate reads is marked.", ["stage", "source", "read", "used", "not drawn", "refused"], rows)));
    }

    private static string TrainedOn(StageSection stage, IReadOnlyList<StageSection> all)
    {
        string? parent = stage.Inputs.FirstOrDefault(input => input.Role == "model")?.Stage;
        List<DataAccount> trained = [.. stage.Data.Where(account => !IsGateOnly(stage, account))];
        string sources = string.Join(", ", trained.Select(account => $"{Count(account.Used)} rows of {account.Source}{Making(all.FirstOrDefault(other => other.Name == account.Source))}"));
        string unused = string.Join(" and ", trained.Where(account => account.Used == 0).Select(account => account.Source));
        return $"{stage.Name} trained on {sources}{(parent is null ? "" : $", starting from {parent}")}.{(unused.Length == 0 ? "" : $" Nothing came from {unused}.")}";
    }

    /// <summary>Where the rows of a dataset stage came from, as far as the stage says.</summary>
    private static string Making(StageSection? maker)
    {
        if (maker?.Metrics is not { ValueKind: JsonValueKind.Object } metrics) return "";
        return Number("sampled") is { } sampled && Number("kept") is { } kept && Number("general_rows") is { } general
            ? $" ({Count(kept)} reasoning rows kept of {Count(sampled)} outputs sampled, {Count(general)} general rows)"
            : "";

        long? Number(string name) => metrics.TryGetProperty(name, out JsonElement value) && value.TryGetInt64(out long number) ? number : null;
    }

    /// <summary>A gate measures on rows that must never train: they are told apart from the stage's own data.</summary>
    private static bool IsGateOnly(StageSection stage, DataAccount account) => stage.DataNames.Count > 0 && !stage.DataNames.Contains(account.Source);

    private static string Refusals(DataAccount account) =>
        account.Refused.Values.Sum() == 0 ? "0" : string.Join(", ", account.Refused.Where(reason => reason.Value > 0).Select(reason => $"{Count(reason.Value)} {reason.Key}"));

    private static void AddCurves(RunReport report, List<ReportBlock> blocks)
    {
        var curves = new List<ReportBlock>();
        foreach (StageSection stage in report.Stages)
        {
            bool learnsFromRewards = stage.Steps.Any(step => step.Values.ContainsKey("reward"));
            foreach ((string figure, string title) in learnsFromRewards ? RlCurves : LossCurves)
            {
                var points = stage.Steps
                    .Where(step => step.Values.TryGetValue(figure, out double value) && double.IsFinite(value))
                    .Select(step => (step.Step, step.Values[figure]))
                    .ToList();
                if (points.Count > 1) curves.Add(new CurveBlock(stage.Name, title, points));
            }
        }
        if (curves.Count == 0) return;
        blocks.Add(new HeadingBlock(2, "Curves"));
        blocks.AddRange(curves);
    }

    private static void AddFigures(RunReport report, List<ReportBlock> blocks)
    {
        var rows = new List<IReadOnlyList<string>>();
        foreach (StageSection stage in report.Stages)
        {
            if (stage.Metrics is not { ValueKind: JsonValueKind.Object } metrics) continue;
            foreach (JsonProperty figure in metrics.EnumerateObject().Where(figure => figure.Value.ValueKind == JsonValueKind.Number))
            {
                rows.Add([stage.Name, figure.Name, Figures.Any(figure.Value.GetDouble())]);
            }
        }
        if (rows.Count > 0) blocks.Add(new TableBlock(new ReportTable("Figures of the stages", "As in status --json.", ["stage", "figure", "value"], rows)));
    }

    private static void AddAttempts(RunReport report, List<ReportBlock> blocks)
    {
        var rows = report.Stages
            .Where(stage => stage.Attempts.Count > 1 || stage.Attempts.Any(attempt => attempt.Message is not null))
            .SelectMany(stage => stage.Attempts.Select(IReadOnlyList<string> (attempt) =>
                [stage.Name, Count(attempt.Number), attempt.ResumedFrom == 0 ? "the start" : "step " + Count(attempt.ResumedFrom),
                    attempt.MicroBatchLimit is { } limit ? $"{attempt.Outcome}, {Count(limit)} sequences at once" : attempt.Outcome, attempt.Message ?? ""]))
            .ToList();
        if (rows.Count > 0) blocks.Add(new TableBlock(new ReportTable("Retries and resumes", null, ["stage", "attempt", "went on from", "outcome", "message"], rows)));
    }

    private static void AddSamples(RunReport report, List<ReportBlock> blocks)
    {
        foreach (StageSection stage in report.Stages.Where(stage => stage.Samples.Count > 0))
        {
            blocks.Add(new HeadingBlock(2, $"Sample outputs: {stage.Name}"));
            blocks.AddRange(stage.Samples.Select(sample => new SampleBlock(sample)));
        }
    }

    private static string Count(long value) => value.ToString(CultureInfo.InvariantCulture);
}
