using System.Collections.Concurrent;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace R1Pipeline.Cli.Progress;

/// <summary>What a stage does and its newest figures. Set by the run's events, read by the display's own thread.</summary>
internal sealed class FiguresColumn : ProgressColumn
{
    private readonly ConcurrentDictionary<int, string> _texts = [];

    /// <inheritdoc/>
    protected override bool NoWrap => true;

    /// <summary>Puts the text of a bar.</summary>
    public void Set(ProgressTask task, string text) => _texts[task.Id] = text;

    /// <inheritdoc/>
    public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
        new Text(_texts.GetValueOrDefault(task.Id, "")) { Overflow = Overflow.Ellipsis };
}
