namespace R1Pipeline.Contracts.Pipelines;

/// <summary>An input that is another stage's output.</summary>
/// <param name="Role">The slot: <c>model</c>, <c>models</c>, <c>tokenizer</c>, <c>reward-models</c>, or <c>data</c> for a dataset stage.</param>
/// <param name="Name">The name inside a mapping slot (<c>helpful</c>); otherwise the stage's name.</param>
/// <param name="Stage">The stage whose output it is.</param>
public sealed record StageInput(string Role, string Name, string Stage);
