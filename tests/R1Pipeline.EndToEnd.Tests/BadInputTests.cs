using R1Pipeline.EndToEnd.Tests.Harness;

namespace R1Pipeline.EndToEnd.Tests;

/// <summary>What the user got wrong is said all at once, with its place, before anything is created.</summary>
public sealed class BadInputTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_SixMistakesInOneFile_AllSaidWithTheirPlacesAndNothingCreated()
    {
        string file = _folder.Write("bad.yaml", """
            name: bad
            seed: 1
            data:
              corpus:  { generate: addition, split: corpus, rows: 64 }
              absent:  { path: nowhere.jsonl }
            stages:
              base:
                uses: pretraining
                data: [corpus]
                with: { tokenizer: addition, batch-sise: 16 }
              twice:
                uses: cold-start
                model: base
                model: base
                data: [absent]
                with: { epochs: many }
              left:  { uses: cold-start, model: right, data: [corpus] }
              right: { uses: cold-start, model: left, data: [corpus] }
              score: { uses: reward-modeling, model: base, data: [corpus] }
              wrong: { uses: cold-start, model: score, data: [corpus] }
            """);
        R1 r1 = _folder.State();

        Ended ended = await r1.RunAsync("run", file);

        Assert.Equal(2, ended.ExitCode);
        string[] lines = [.. ended.Error.Split('\n').Where(line => line.StartsWith(file, StringComparison.Ordinal))];
        AssertSaid(lines, "10:", "batch-sise");      // unknown key
        AssertSaid(lines, "14:", "model");           // duplicate key
        AssertSaid(lines, "16:", "epochs");          // wrong type
        AssertSaid(lines, "5:", "nowhere.jsonl");    // missing file
        Assert.Contains(lines, line => line.Contains("left", StringComparison.Ordinal) && line.Contains("right", StringComparison.Ordinal)); // cycle
        AssertSaid(lines, "20:", "score");           // wrong kind of artifact
        Assert.All(lines, line => Assert.Matches(@":\d+:\d+: R1\d{3}: ", line));
        Assert.False(Directory.Exists(r1.State));
    }

    [Theory]
    [InlineData("""{"prompt": "a", "response": "b"}""", "not json", ":2", "JSON")]
    [InlineData("""{"prompt": "a", "response": "b"}""", """{"prompt": "a"}""", ":2", "response")]
    public async Task Run_BadDataRow_FileLineAndFieldAreSaidBeforeAnyTraining(string first, string second, string line, string field)
    {
        string rows = _folder.Write("rows.jsonl", first + "\n" + second + "\n");
        string file = _folder.Write("rows.yaml", TinyPipeline.Text().Replace("{ generate: addition, split: worked, rows: 32 }", "{ path: rows.jsonl }", StringComparison.Ordinal));
        R1 r1 = _folder.State();

        Ended ended = await r1.RunAsync("run", file);

        Assert.Equal(2, ended.ExitCode);
        Assert.Contains(Path.GetFileName(rows) + line, ended.Error, StringComparison.Ordinal);
        Assert.Contains(field, ended.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(r1.State));
    }

    [Theory]
    [InlineData("rum")]
    [InlineData("run")]
    [InlineData("status", "--bogus")]
    [InlineData("explain", "R9999")]
    [InlineData("validate", "there-is-no-such.yaml")]
    public async Task AnyCommand_WrongCommandLine_EndsWithTwo(params string[] arguments)
    {
        Assert.Equal(2, (await _folder.State().RunAsync(arguments)).ExitCode);
    }

    private static void AssertSaid(string[] lines, string place, string word) =>
        Assert.Contains(lines, line => line.Contains(".yaml:" + place, StringComparison.Ordinal) && line.Contains(word, StringComparison.Ordinal));
}
