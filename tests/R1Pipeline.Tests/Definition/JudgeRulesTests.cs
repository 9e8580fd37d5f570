using R1Pipeline.Definition;
using R1Pipeline.Definition.Diagnostics;

namespace R1Pipeline.Tests.Definition;

/// <summary>A stage's judge in a pipeline file: what is refused, by line, and what is a judge.</summary>
public sealed class JudgeRulesTests : IDisposable
{
    private const int RlLine = 8;

    private readonly PipelineFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("", "judge: { endpoint: \"https://host/v1\", model: m, key-env: KEY }")]
    [InlineData("", "judge: { endpoint: \"http://127.0.0.1:8000/v1\", model: m }, judge-weight: 0.5")]
    [InlineData("judge-model: base, ", "judge: { max-tokens: 64, prompt: \"{question} {candidate}\" }")]
    public void Compile_Judge_StandsInForRewardModels(string input, string options) => Assert.Empty(Compile(input, options).Diagnostics);

    [Theory]
    [InlineData("", "judge: { max-tokens: 64 }", "no place to run")]
    [InlineData("", "judge: { endpoint: \"https://host/v1\" }", "'model: NAME'")]
    [InlineData("", "judge: { endpoint: \"ftp://host/v1\", model: m }", "'endpoint' is no address")]
    [InlineData("", "judge: { endpoint: \"https://user:pass@host/v1\", model: m }", "'endpoint' is no address")]
    [InlineData("", "judge: { endpoint: \"https://host/v1\", model: m, key-env: sk-012 }", "'key-env' is no name")]
    [InlineData("", "judge: { endpoint: \"https://host/v1\", model: m, prompt: \"{question}\" }", "{candidate}")]
    [InlineData("", "judge: { endpoint: \"https://host/v1\", model: m, timeout-seconds: 0 }", "'timeout-seconds'")]
    [InlineData("judge-model: base, ", "judge: { endpoint: \"https://host/v1\", model: m }", "two judges")]
    [InlineData("judge-model: base, ", "judge: { retries: 3 }", "'retries' has no effect")]
    [InlineData("judge-model: base, ", "general-questions: 0", "'judge-model'")]
    [InlineData("", "general-questions: 0, judge-weight: 2", "'judge-weight' has no effect")]
    public void Compile_Mistake_IsNamedAtItsLine(string input, string options, string expected)
    {
        Diagnostic found = Compile(input, options).Diagnostics.First(diagnostic => diagnostic.Message.Contains(expected, StringComparison.Ordinal));

        Assert.Equal(RlLine, found.Line);
        Assert.DoesNotContain("sk-012", found.Message, StringComparison.Ordinal);
    }

    private CompileResult Compile(string input, string options) => _folder.Compile($$"""
        name: judged
        seed: 1
        data:
          talk: { generate: addition, split: general, rows: 8 }
          sums: { generate: addition, split: problems, rows: 8 }
        stages:
          base: { uses: pretraining, data: [talk], with: { tokenizer: addition } }
          rl:   { uses: all-scenario-rl, model: base, {{input}}data: [sums, talk], with: { {{options}} } }
        """);
}
