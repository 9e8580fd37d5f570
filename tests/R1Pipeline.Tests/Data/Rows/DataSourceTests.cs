using System.Security.Cryptography;
using System.Text;
using R1Pipeline.Contracts.Data;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Chat;
using R1Pipeline.Data.Rows;

namespace R1Pipeline.Tests.Data.Rows;

public sealed class DataSourceTests : IDisposable
{
    private static readonly IReadOnlyList<IReadOnlyList<string>> PromptAndGold = [[DataRowFields.Prompt, DataRowFields.Gold]];
    private static readonly IReadOnlyList<IReadOnlyList<string>> TextOrConversation = [[DataRowFields.Text], [DataRowFields.Prompt, DataRowFields.Response]];

    private readonly string _folder = Directory.CreateTempSubdirectory("r1-rows-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Read_MappedKeys_AreJoinedAndNumbersBecomeText()
    {
        DataSourceDefinition source = Source(
            """{"id": 5, "instruction": "Add", "input": "", "final": 72}""",
            """{"id": "x", "instruction": "Add", "input": "1 and 2", "final": "3"}""") with
        {
            Fields = Map(("prompt", ["instruction", "input"]), ("gold", ["final"])),
        };
        DataRow[] rows = [.. DataSourceReader.Read(source, PromptAndGold)];
        Assert.Equal(("5", "Add", "72", "s:5"), (rows[0].Id, rows[0].Prompt![0].Content, rows[0].Gold, rows[0].Key));
        Assert.Equal(("x", "Add\n1 and 2", "3"), (rows[1].Id, rows[1].Prompt![0].Content, rows[1].Gold));
        Assert.True(rows[1].IsReasoning);
    }

    [Fact]
    public void Read_PromptAsMessages_KeepsTheConversation()
    {
        DataRow row = DataSourceReader.Read(Source("""{"prompt": [{"role": "system", "content": "s"}, {"role": "user", "content": "u"}], "gold": "1", "must": ["a"], "must-not": []}""")).Single();
        Assert.Equal([new ChatMessage("system", "s"), new ChatMessage("user", "u")], row.Prompt!);
        Assert.Equal(["a"], row.Must!);
        Assert.Empty(row.MustNot!);
    }

    [Fact]
    public void Check_SafetyRowWithAGold_IsAProblemOfItsLine()
    {
        DataSourceDefinition source = Source("""{"prompt": "p", "task": "safety"}""", """{"prompt": "p", "task": "safety", "gold": "1"}""", """{"prompt": "p", "task": "safe"}""");
        Assert.Equal([(2, "gold"), (3, "task")], DataSourceChecker.Check(source, []).Select(problem => (problem.Line, problem.Field!)));
        Assert.True(DataSourceReader.Read(source with { Rows = 1 }).Single().IsSafety);
    }

    [Theory]
    [InlineData("\"safe\"", true)]
    [InlineData("true", true)]
    [InlineData("1", true)]
    [InlineData("1.0", true)]
    [InlineData("\"unsafe\"", false)]
    [InlineData("false", false)]
    [InlineData("0", false)]
    [InlineData("null", null)]
    [InlineData("\"spam\"", null)]
    [InlineData("2", null)]
    public void Read_Label_IsSafeOrUnsafeOrSomebodyElses(string label, bool? safe) =>
        Assert.Equal(safe, DataSourceReader.Read(Source($$"""{"prompt": "p", "response": "r", "label": {{label}}}""")).Single().IsSafe);

    [Fact]
    public void Read_RemoveExpressions_CleanTheResponse()
    {
        DataSourceDefinition source = Source("""{"prompt": "q", "response": "48/2 = <<48/2=24>>24 clips"}""") with { Remove = ["<<[^>]*>>"] };
        Assert.Equal("48/2 = 24 clips", DataSourceReader.Read(source).Single().Response);
    }

    [Fact]
    public void Check_RemoveExpressionThatBacktracksForever_IsAProblemOfItsLine()
    {
        DataSourceDefinition source = Source($$"""{"prompt": "q", "response": "{{new string('a', 60)}}"}""") with { Remove = ["^(?=(a+)+$)(a+)+b"] };
        DataRowProblem problem = Assert.Single(DataSourceChecker.Check(source, []));
        Assert.Equal((1, "response"), (problem.Line, problem.Field));
    }

    [Theory]
    [InlineData("""{"prompt": "What is 1+1?"}""", null, "en")]
    [InlineData("""{"prompt": "小明有5个苹果"}""", null, "zh")]
    [InlineData("""{"prompt": "已知 $\\frac{a}{b}$ 求 $\\sqrt{ab}$ 的值"}""", null, "zh")]
    [InlineData("""{"prompt": "What does the Chinese word 你好 mean in English?"}""", null, "en")]
    [InlineData("""{"prompt": "小明"}""", "en", "en")]
    [InlineData("""{"prompt": "x", "language": "zh"}""", "en", "zh")]
    [InlineData("""{"prompt": "x", "language": "python"}""", null, "en")]
    public void Read_Language_IsTheRowsThenTheSourcesThenTheScripts(string line, string? constant, string expected) =>
        Assert.Equal(expected, DataSourceReader.Read(Source(line) with { Language = constant }).Single().Language);

    [Fact]
    public void Read_OtherTask_KeepsItsGoldAsJson()
    {
        DataRow[] rows =
        [
            .. DataSourceReader.Read(
                Source(
                    """{"prompt": "q", "task": "choice", "gold": "B"}""",
                    """{"prompt": "q", "gold": {"numbers": [1, 2], "target": 3}}""",
                    """{"prompt": "q", "task": "math", "gold": 3}""") with { Task = "countdown" }),
        ];
        Assert.Equal([("choice", "B"), ("countdown", """{"numbers": [1, 2], "target": 3}"""), ("math", "3")], rows.Select(row => (row.Task, row.Gold!)));
    }

    [Fact]
    public void Read_GoldOfSeveralKeys_IsOneObject()
    {
        DataSourceDefinition source = Source("""{"prompt": "q", "instruction_id_list": ["punctuation:no_comma"], "kwargs": [{}]}""") with { Task = "instructions", Fields = Map(("gold", ["instruction_id_list", "kwargs"])) };
        Assert.Equal("""{"instruction_id_list":["punctuation:no_comma"],"kwargs":[{}]}""", DataSourceReader.Read(source).Single().Gold);
    }

    [Fact]
    public void Check_UnknownTask_IsAProblemOfItsLine()
    {
        DataSourceDefinition source = Source("""{"prompt": "q", "gold": "1"}""", """{"prompt": "q", "gold": "1", "task": "chess"}""");
        DataRowProblem problem = Assert.Single(DataSourceChecker.Check(source, PromptAndGold));
        Assert.Equal((2, "task"), (problem.Line, problem.Field));
        Assert.Contains("'chess'", problem.Message);
    }

    [Fact]
    public void Check_EveryKindOfProblem_IsFoundInOnePassWithLineColumnAndField()
    {
        DataSourceDefinition source = Source(
            """{"prompt": "fine", "gold": "1"}""",
            """{"prompt": "no gold"}""",
            """{"prompt": 5, "gold": "1"}""",
            "not json",
            "",
            "[1]",
            """{"prompt": "a", "prompt": "b", "gold": "1"}""",
            """{"prompt": [{"role": "user"}], "gold": "1"}""",
            """{"prompt": "cut""");
        IReadOnlyList<DataRowProblem> problems = DataSourceChecker.Check(source, PromptAndGold);
        Assert.Equal([(2, "gold"), (3, "prompt"), (4, null), (6, null), (7, null), (8, "prompt"), (9, null)], problems.Select(problem => (problem.Line, problem.Field)));
        Assert.Equal(12, problems[1].Column);
        Assert.All(problems, problem => Assert.Equal(source.Path, problem.Path));
        Assert.All(problems, problem => Assert.DoesNotContain("LineNumber", problem.Message, StringComparison.Ordinal));
        Assert.Equal(2, DataSourceChecker.Check(source, PromptAndGold, limit: 2).Count);
    }

    [Fact]
    public void Check_MappedKeyThatIsMissing_NamesTheKeyOfTheFile()
    {
        DataSourceDefinition source = Source("""{"question": "q", "answer": "a"}""") with { Fields = Map(("prompt", ["question"]), ("gold", ["final"])) };
        DataRowProblem problem = Assert.Single(DataSourceChecker.Check(source, PromptAndGold));
        Assert.Equal("final", problem.Field);
        Assert.Contains("gold", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_Alternatives_AnyOneIsEnough()
    {
        Assert.Empty(DataSourceChecker.Check(Source("""{"text": "t"}""", """{"prompt": "p", "response": "r"}"""), TextOrConversation));
        Assert.Equal("response", Assert.Single(DataSourceChecker.Check(Source("""{"prompt": "p"}"""), TextOrConversation)).Field);
    }

    [Fact]
    public void Check_UnrelatedKeyOfAnotherType_IsLeftAlone() =>
        Assert.Empty(DataSourceChecker.Check(Source("""{"prompt": "p", "gold": "1", "text": {"a": 1}, "answer": [1]}"""), PromptAndGold));

    [Fact]
    public void Read_WithoutAlternatives_RefusesNoRowThatWasCheckedWithThem()
    {
        DataSourceDefinition source = Source("""{"prompt": "p", "gold": "1", "text": {"a": 1}, "answer": [1], "id": null}""");
        Assert.Empty(DataSourceChecker.Check(source, PromptAndGold));
        Assert.Null(DataSourceReader.Read(source).Single().Answer);
    }

    [Fact]
    public void Check_GoldOfTheWrongType_NeverTurnsIntoAGeneralPrompt() =>
        Assert.Equal("gold", Assert.Single(DataSourceChecker.Check(Source("""{"prompt": "p", "gold": ["1"]}"""), [[DataRowFields.Prompt]])).Field);

    [Fact]
    public void Check_InvalidUtf8_IsAProblemOfItsLine()
    {
        string path = Path.Combine(_folder, "bytes.jsonl");
        File.WriteAllBytes(path, [.. "{\"prompt\": \""u8, 0xC3, 0x28, .. "\", \"gold\": \"1\"}\n"u8, .. "{\"prompt\": \"\\ud800\", \"gold\": \"1\"}\n"u8]);
        Assert.Equal([1, 2], DataSourceChecker.Check(new DataSourceDefinition { Name = "s", Path = path }, PromptAndGold).Select(problem => problem.Line));
    }

    [Fact]
    public void Check_FileThatIsNotThereOrEmpty_IsAProblemOfTheFile()
    {
        Assert.Equal(0, Assert.Single(DataSourceChecker.Check(new DataSourceDefinition { Name = "s", Path = Path.Combine(_folder, "none") }, [])).Line);
        Assert.Contains("no rows", Assert.Single(DataSourceChecker.Check(Source(), [])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_BadRow_NamesFileLineColumnAndField()
    {
        DataSourceDefinition source = Source("""{"prompt": "a", "gold": "1"}""", """{"prompt": "b", "gold": true}""");
        var error = Assert.Throws<StageFailedException>(() => DataSourceReader.Read(source, PromptAndGold).ToList());
        Assert.Equal(StageFailureClass.UserData, error.Failure);
        Assert.StartsWith($"{source.Path}:2:25: `gold`", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_FileChangedAfterPlanning_IsRefused()
    {
        DataSourceDefinition source = Source("""{"prompt": "a"}""");
        string sha256 = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(source.Path!)));
        Assert.Single(DataSourceReader.Read(source with { Sha256 = sha256 }));
        File.AppendAllText(source.Path!, "\n");
        Assert.Throws<StageFailedException>(() => DataSourceReader.Read(source with { Sha256 = sha256 }).ToList());
    }

    [Fact]
    public void Read_RowLimit_ReadsNoFurther() =>
        Assert.Single(DataSourceReader.Read(Source("""{"prompt": "a"}""", "not json") with { Rows = 1 }));

    [Fact]
    public void Read_ByteOrderMarkAndCarriageReturns_AreNoContent()
    {
        string path = Path.Combine(_folder, "bom.jsonl");
        File.WriteAllText(path, "\uFEFF{\"prompt\": \"a\"}\r\n\r\n{\"prompt\": \"b\"}\r\n", new UTF8Encoding(false));
        Assert.Equal([("a", 1), ("b", 3)], DataSourceReader.Read(new DataSourceDefinition { Name = "s", Path = path }).Select(row => (row.Prompt![0].Content, row.Line)));
    }

    [Fact]
    public void Read_EmptyAnswers_StayInPairsOnly()
    {
        DataRow row = DataSourceReader.Read(Source("""{"prompt": "a", "chosen": "x", "rejected": "", "response": ""}"""), [[DataRowFields.Prompt, DataRowFields.Chosen, DataRowFields.Rejected]]).Single();
        Assert.Equal("", row.Rejected);
        Assert.Null(row.Response);
    }

    [Fact]
    public void Dataset_WriteThenRead_GivesTheSameRows()
    {
        DataRow[] rows =
        [
            new() { Source = "stage", Line = 1, Id = "a:1#0", Language = "zh", Prompt = [new ChatMessage("user", "问\n题")], Response = "<think> 答 </think>", Gold = "1 0" },
            new() { Source = "stage", Line = 2, Id = "b", Language = "en", Prompt = [new ChatMessage("system", "s"), new ChatMessage("user", "q")], Must = ["x"], MustNot = ["y", "z"], Text = "t", Think = "k", Answer = "w", Chosen = "c", Rejected = "r" },
        ];
        Assert.Equal(2, DatasetFile.Write(_folder, rows));
        DataRow[] read = [.. DatasetFile.Read(_folder, "stage")];
        Assert.Equivalent(rows, read, strict: true);
        byte[] bytes = File.ReadAllBytes(Path.Combine(_folder, DatasetFile.FileName));
        DatasetFile.Write(_folder, read);
        Assert.Equal(bytes, File.ReadAllBytes(Path.Combine(_folder, DatasetFile.FileName)));
    }

    [Theory]
    [InlineData("math/gsm8k_train.jsonl", "question", "final")]
    [InlineData("math/math_train_3k.jsonl", "problem", "answer")]
    [InlineData("math/math500.jsonl", "problem", "answer")]
    [InlineData("math/cmath_zh.jsonl", "question", "answer")]
    public void Check_PublicMathematics_HasNoProblem(string file, string prompt, string gold)
    {
        var source = new DataSourceDefinition { Name = "s", Path = SharedFiles.Path("data/" + file), Fields = Map(("prompt", [prompt]), ("gold", [gold])) };
        Assert.Empty(DataSourceChecker.Check(source, PromptAndGold));
        Assert.Equal(file.EndsWith("zh.jsonl", StringComparison.Ordinal) ? "zh" : "en", DataSourceReader.Read(source).GroupBy(row => row.Language).MaxBy(group => group.Count())!.Key);
    }

    [Fact]
    public void Check_PublicPairs_HaveNoProblem() =>
        Assert.Empty(DataSourceChecker.Check(new DataSourceDefinition { Name = "s", Path = SharedFiles.Path("data/preference/pairs.jsonl") }, [[DataRowFields.Prompt, DataRowFields.Chosen, DataRowFields.Rejected]]));

    private static Dictionary<string, IReadOnlyList<string>> Map(params (string Field, string[] Keys)[] fields) => fields.ToDictionary(field => field.Field, field => (IReadOnlyList<string>)field.Keys);

    private DataSourceDefinition Source(params string[] lines)
    {
        string path = Path.Combine(_folder, $"{Guid.NewGuid():N}.jsonl");
        File.WriteAllText(path, string.Join('\n', lines), new UTF8Encoding(false));
        return new DataSourceDefinition { Name = "s", Path = path };
    }
}
