using Spectre.Console;
using Spectre.Console.Rendering;

namespace R1Pipeline.Cli.Progress;

/// <summary>Steps done of steps planned.</summary>
internal sealed class StepsColumn : ProgressColumn
{
    /// <inheritdoc/>
    protected override bool NoWrap => true;

    /// <inheritdoc/>
    public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
        new Text(task.IsStarted ? $"{task.Value:0}/{task.MaxValue:0}" : "").RightJustified();
}
