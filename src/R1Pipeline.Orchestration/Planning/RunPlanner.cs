using R1Pipeline.Contracts.Pipelines;
using R1Pipeline.Orchestration.Stores;

namespace R1Pipeline.Orchestration.Planning;

/// <summary>Says what a run would do, before anything runs: which stages are cached, why the others are not, and what they would take. Writes nothing.</summary>
public sealed class RunPlanner(IRunStore? store, string stateDirectory)
{
    /// <summary>Plans a definition.</summary>
    public RunPlan Plan(PipelineDefinition definition) => throw new NotSupportedException($"{store} {stateDirectory} {definition.Name}");
}
