using R1Pipeline.Definition.Binding;
using R1Pipeline.Definition.Diagnostics;

namespace R1Pipeline.Definition.Rules;

/// <summary>No stage needs its own output, however long the way round. Each cycle is named in full, at the reference that closes it.</summary>
internal sealed class CycleRule(CompileContext context, BoundPipeline pipeline)
{
    private readonly Dictionary<string, BoundStage> _stages = pipeline.Stages.DistinctBy(stage => stage.Name).ToDictionary(stage => stage.Name);
    private readonly HashSet<string> _sources = [.. pipeline.Data.Sources.Select(source => source.Name)];
    private readonly HashSet<string> _done = [];
    private readonly List<string> _way = [];

    /// <summary>Looks for cycles from every stage, in file order.</summary>
    public void Check()
    {
        foreach (BoundStage stage in pipeline.Stages) Visit(stage);
    }

    private void Visit(BoundStage stage)
    {
        if (_done.Contains(stage.Name)) return;
        _way.Add(stage.Name);
        foreach (StageReference reference in stage.References.Where(reference => !_sources.Contains(reference.Target)))
        {
            int start = _way.IndexOf(reference.Target);
            if (start >= 0)
            {
                string cycle = string.Join(" -> ", _way.Skip(start).Append(reference.Target));
                context.Report(reference.Mark, DiagnosticCodes.Cycle, $"the stages need each other in a circle: {cycle} (each needs the next); accepted: a chain with an end");
            }
            else if (_stages.TryGetValue(reference.Target, out BoundStage? next))
            {
                Visit(next);
            }
        }

        _way.RemoveAt(_way.Count - 1);
        _done.Add(stage.Name);
    }
}
