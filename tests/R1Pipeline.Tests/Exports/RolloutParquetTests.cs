using System.Text.Json.Serialization;
using Parquet;
using Parquet.Serialization;
using R1Pipeline.Contracts.Rewards;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Orchestration.Exports;
using R1Pipeline.Tests.Artifacts;

namespace R1Pipeline.Tests.Exports;

public sealed class RolloutParquetTests : IDisposable
{
    private const int NumRollouts = 1100;

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Write_ManyRollouts_EveryFieldComesBackAndOnlyOneRowGroupIsHeld()
    {
        string path = _folder.At("rollouts.parquet");
        long written = 0;

        long rows = await RolloutParquet.WriteAsync(path, "run-1", Rollouts(), TestContext.Current.CancellationToken);

        Assert.Equal(NumRollouts, rows);
        Assert.True(written > 0, "the first row group reached the disk only after the last rollout was read");
        await using ParquetReader reader = await ParquetReader.CreateAsync(path, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(3, reader.RowGroupCount);
        Assert.Equal(
            ["run", "stage", "iteration", "question", "sample", "policy_version", "input_ids", "output_ids", "logprobs", "rewards", "total", "verdict", "finish_reason", "errors"],
            reader.Schema.Fields.Select(field => field.Name));
        var back = await ParquetSerializer.DeserializeAsync<Row>(path, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(NumRollouts, back.Data.Count);
        Row seventh = back.Data[7];
        Assert.Equal(("run-1", "reasoning-rl", 2L, "problems:7", 7), (seventh.Run, seventh.Stage, seventh.Iteration, seventh.Question, seventh.Sample));
        Assert.Equal((14L, 0.5, "no-answer", "stop"), (seventh.PolicyVersion, seventh.Total, seventh.Verdict, seventh.FinishReason));
        Assert.Equal([1, 2, 3], seventh.InputIds);
        Assert.Equal([7, 8], seventh.OutputIds);
        Assert.Equal([-0.5f, -7f], seventh.Logprobs);
        Assert.Equal(new Dictionary<string, double> { ["format"] = 0.5 }, seventh.Rewards);

        IEnumerable<(string, RolloutRecord)> Rollouts()
        {
            for (int i = 0; i < NumRollouts; i++)
            {
                if (i == NumRollouts - 1) written = Directory.GetFiles(_folder.Path).Sum(file => new FileInfo(file).Length);
                yield return ("reasoning-rl", Rollout(i));
            }
        }
    }

    [Fact]
    public async Task Write_LedgerBreaksOff_OldFileStaysAndNothingElse()
    {
        string path = _folder.At("rollouts.parquet");
        File.WriteAllText(path, "old");

        await Assert.ThrowsAsync<InvalidDataException>(() => RolloutParquet.WriteAsync(path, "run-1", Broken(), TestContext.Current.CancellationToken));

        Assert.Equal([path], Directory.GetFiles(_folder.Path));
        Assert.Equal("old", File.ReadAllText(path));

        static IEnumerable<(string, RolloutRecord)> Broken()
        {
            yield return ("zero", Rollout(1));
            throw new InvalidDataException("a damaged shard");
        }
    }

    public void Dispose() => _folder.Dispose();

    private static RolloutRecord Rollout(int i) => new()
    {
        Iteration = 2,
        Question = $"problems:{i}",
        Sample = i,
        PolicyVersion = 2L * i,
        InputIds = [1, 2, 3],
        OutputIds = [i, i + 1],
        Logprobs = [-0.5f, -i],
        Rewards = new Dictionary<string, double> { ["format"] = 0.5 },
        Total = 0.5,
        Verdict = AnswerVerdict.NoAnswer,
        FinishReason = "stop",
    };

    /// <summary>The file as another program reads it: by the names of its columns.</summary>
    private sealed class Row
    {
        [JsonPropertyName("run")]
        public string Run { get; set; } = "";

        [JsonPropertyName("stage")]
        public string Stage { get; set; } = "";

        [JsonPropertyName("iteration")]
        public long Iteration { get; set; }

        [JsonPropertyName("question")]
        public string Question { get; set; } = "";

        [JsonPropertyName("sample")]
        public int Sample { get; set; }

        [JsonPropertyName("policy_version")]
        public long PolicyVersion { get; set; }

        [JsonPropertyName("input_ids")]
        public List<int> InputIds { get; set; } = [];

        [JsonPropertyName("output_ids")]
        public List<int> OutputIds { get; set; } = [];

        [JsonPropertyName("logprobs")]
        public List<float> Logprobs { get; set; } = [];

        [JsonPropertyName("rewards")]
        public Dictionary<string, double> Rewards { get; set; } = [];

        [JsonPropertyName("total")]
        public double? Total { get; set; }

        [JsonPropertyName("verdict")]
        public string? Verdict { get; set; }

        [JsonPropertyName("finish_reason")]
        public string FinishReason { get; set; } = "";

        [JsonPropertyName("errors")]
        public Dictionary<string, string> Errors { get; set; } = [];
    }
}
