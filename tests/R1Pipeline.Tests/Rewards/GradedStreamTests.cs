using System.Text.Json;
using R1Pipeline.Data.Lines;
using R1Pipeline.Rewards.Grading;

namespace R1Pipeline.Tests.Rewards;

/// <summary>
/// <c>R1_LONG_TESTS=1 dotnet run -c Release --project tests/R1Pipeline.Tests -- -class R1Pipeline.Tests.Rewards.GradedStreamTests</c>: a file of 300 MB goes through
/// grading in constant memory, in order, every bad line named.
/// </summary>
public sealed class GradedStreamTests : IDisposable
{
    private const int Rows = 600_000;
    private const int BadEvery = 10_007;
    private const long MaxGrowthBytes = 32 << 20;

    private readonly string _folder = Directory.CreateTempSubdirectory("r1-stream-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Run_LargeFile_KeepsOrderAndMemory()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("R1_LONG_TESTS") == "1", "takes a minute; set R1_LONG_TESTS=1");
        string input = Path.Combine(_folder, "in.jsonl");
        string output = Path.Combine(_folder, "out.jsonl");
        string padding = new('x', 440);
        using (StreamWriter writer = File.CreateText(input))
        {
            for (int i = 1; i <= Rows; i++)
                writer.WriteLine(i % BadEvery == 0 ? "{\"id\": " : $$"""{"id": {{i}}, "gold": "{{i}}", "prediction": "<think>{{padding}}</think>\\boxed{{{i}}}"}""");
        }

        Assert.True(new FileInfo(input).Length > 300_000_000);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        long most = 0;
        int seen = 0;
        int bad;
        using (StreamReader reader = File.OpenText(input))
        using (StreamWriter writer = File.CreateText(output))
        {
            bad = AnsweredLines.Run(reader, writer, row =>
            {
                if (++seen % 50_000 == 0) most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - before);
                return MathRows.Grade(row);
            });
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{new FileInfo(input).Length / 1e6:0} MB, {Rows} rows, {bad} bad; the heap grew by {most / 1e6:0.0} MB at most");
        Assert.Equal(Rows / BadEvery, bad);
        Assert.InRange(most, long.MinValue, MaxGrowthBytes);
        int line = 0;
        foreach (string text in File.ReadLines(output))
        {
            line++;
            using JsonDocument document = JsonDocument.Parse(text);
            if (line % BadEvery == 0) Assert.Equal(line, document.RootElement.GetProperty("line").GetInt32());
            else Assert.Equal((line, true), (document.RootElement.GetProperty("id").GetInt32(), document.RootElement.GetProperty("correct").GetBoolean()));
        }

        Assert.Equal(Rows, line);
    }
}
