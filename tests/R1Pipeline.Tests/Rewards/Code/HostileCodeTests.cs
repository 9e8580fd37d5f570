using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using R1Pipeline.Rewards.Code;
using R1Pipeline.Rewards.Grading;
using R1Pipeline.Rewards.Sandboxing;
using R1Pipeline.Tests.Data;

namespace R1Pipeline.Tests.Rewards.Code;

/// <summary>Hostile programs in the real sandbox: the verdict is right and nothing outside is touched.</summary>
public sealed class HostileCodeTests : IDisposable
{
    private readonly string _canaries = Directory.CreateTempSubdirectory("r1-canary-").FullName;

    public void Dispose() => Directory.Delete(_canaries, recursive: true);

    [Theory]
    [InlineData(SandboxKind.Bubblewrap)]
    [InlineData(SandboxKind.Jail)]
    public void Grade_HostileCases_Hold(SandboxKind kind)
    {
        using CodeGrader grader = SandboxNeeded.Grader(kind);
        string canary = Path.Combine(_canaries, "canary");
        File.WriteAllText(canary, "untouched");
        var wrong = new List<string>();
        int number = 0;
        foreach (JsonElement row in SharedFiles.JsonLines("data/code/hostile_cases.jsonl"))
        {
            // The default run takes a twelfth of them in each kind of sandbox, not the same one.
            if (!SandboxNeeded.Long && number++ % 12 != (int)kind) continue;
            JsonElement expect = row.GetProperty("expect");
            var watch = Stopwatch.StartNew();
            JsonObject grade = CodeRows.Grade(Row(row, canary), grader);
            string outcome = grade["outcome"]!.GetValue<string>();
            string[] accepted = [.. expect.GetProperty("verdicts").EnumerateArray().Select(word => Word(word.GetString()!))];
            JsonElement reward = expect.GetProperty("reward");
            if (reward.ValueKind == JsonValueKind.Number && (outcome == "passed") != (reward.GetDouble() == 1)) wrong.Add($"{row.GetProperty("id")} {row.GetProperty("variant")}: {grade.ToJsonString()}");
            else if (!accepted.Contains(outcome)) wrong.Add($"{row.GetProperty("id")} {row.GetProperty("variant")}: {outcome}, accepted {string.Join(", ", accepted)}");
            if (File.ReadAllText(canary) != "untouched" || Directory.GetFileSystemEntries(_canaries).Length != 1) wrong.Add($"{row.GetProperty("id")}: the canary was touched");
            double limit = (row.GetProperty("limits").GetProperty("wall_s").GetDouble() + 3) * row.GetProperty("task").GetProperty("tests").GetArrayLength();
            if (watch.Elapsed.TotalSeconds > limit) wrong.Add($"{row.GetProperty("id")}: took {watch.Elapsed.TotalSeconds:F1} s");
        }

        Assert.Empty(SandboxUserProcesses());
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private static JsonElement Row(JsonElement row, string canary)
    {
        string code = row.GetProperty("code").GetString()!.Replace("{{CANARY_DIR}}", Path.GetDirectoryName(canary), StringComparison.Ordinal)
            .Replace("{{CANARY_FILE}}", canary, StringComparison.Ordinal).Replace("{{LOOPBACK_PORT}}", "9", StringComparison.Ordinal);
        var tests = new JsonArray();
        foreach (JsonElement test in row.GetProperty("task").GetProperty("tests").EnumerateArray())
        {
            tests.Add(test.ValueKind == JsonValueKind.String ? JsonValue.Create(test.GetString()) : new JsonObject { ["stdin"] = test.GetProperty("input").GetString(), ["stdout"] = test.GetProperty("output").GetString() });
        }
        return JsonSerializer.SerializeToElement(new JsonObject
        {
            ["id"] = row.GetProperty("id").GetString(),
            ["language"] = "python",
            ["completion"] = code,
            ["tests"] = tests,
            ["limits"] = JsonNode.Parse(row.GetProperty("limits").GetRawText()),
        });
    }

    private static string Word(string verdict) => verdict switch
    {
        "accepted" => "passed",
        "wrong_answer" => "failed",
        "runtime_error" => "runtime-error",
        "compile_error" => "compile-error",
        "memory_limit" => "memory",
        "output_limit" => "output-limit",
        "security" => "violation",
        _ => verdict,
    };

    /// <summary>Processes of the sandbox's users that no grader of the moment can own: those whose slot lock is free.</summary>
    private static List<string> SandboxUserProcesses()
    {
        var left = new List<string>();
        foreach (string folder in Directory.EnumerateDirectories("/proc").Where(path => int.TryParse(Path.GetFileName(path), out _)))
        {
            try
            {
                string[] status = File.ReadAllLines(Path.Combine(folder, "status"));
                int user = int.Parse(status.First(line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[1], System.Globalization.CultureInfo.InvariantCulture);
                if (user is >= 61000 and < 61180 && Free(user)) left.Add($"{folder} {status[0]}");
            }
            catch (Exception gone) when (gone is IOException or InvalidOperationException)
            {
                // It ended meanwhile.
            }
        }
        return left;
    }

    private static bool Free(int user)
    {
        try
        {
            using var slot = new FileStream($"/tmp/r1-sandbox-slots/{user}", FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
