using System.CommandLine;
using R1Pipeline.Contracts.Options;

namespace R1Pipeline.Cli.Models;

/// <summary>The options that say how tokens are drawn.</summary>
internal sealed class SamplingFlags
{
    private readonly Option<double> _temperature = ModelOptions.Number("--temperature", "T", "Softmax temperature; 0 is greedy", 1.0, 0.0, 100.0);
    private readonly Option<double> _topP = ModelOptions.Number("--top-p", "P", "Keep the smallest set of tokens whose mass reaches this share; 1 keeps all", 1.0, 0.0, 1.0);
    private readonly Option<int> _topK = ModelOptions.Number("--top-k", "K", "Keep this many of the likeliest tokens; 0 keeps all", 0, 0, 1_000_000);
    private readonly Option<double> _minP = ModelOptions.Number("--min-p", "P", "Drop tokens less likely than this share of the likeliest; 0 keeps all", 0.0, 0.0, 1.0);
    private readonly Option<double> _repetitionPenalty = ModelOptions.Number("--repetition-penalty", "X", "Make tokens of the context less likely; 1 does nothing", 1.0, 0.01, 100.0);
    private readonly Option<int> _maxNewTokens = ModelOptions.Number("--max-new-tokens", "N", "Longest output in tokens", 512, 1, 1_048_576);

    public SamplingFlags(Command command)
    {
        foreach (Option option in new Option[] { _temperature, _topP, _topK, _minP, _repetitionPenalty, _maxNewTokens }) command.Options.Add(option);
    }

    public SamplingOptions Of(ParseResult parsed) => new()
    {
        Temperature = parsed.GetValue(_temperature),
        TopP = parsed.GetValue(_topP),
        TopK = parsed.GetValue(_topK),
        MinP = parsed.GetValue(_minP),
        RepetitionPenalty = parsed.GetValue(_repetitionPenalty),
        MaxNewTokens = parsed.GetValue(_maxNewTokens),
    };
}
