using R1Pipeline.Contracts.Stages;
using R1Pipeline.StageHost;
using R1Pipeline.Training.Runtime;

namespace R1Pipeline.Stages.Models;

/// <summary>Where a stage's models lie: what its options ask for, said in its log and in its artifact's provenance.</summary>
internal static class ModelPlacement
{
    /// <summary>Resolves it.</summary>
    /// <exception cref="StageFailedException">UserData: no such device here.</exception>
    public static Placement Of(StageContext context)
    {
        var placement = Placement.Resolve(context.Device, context.Precision);
        context.ComputedOn = $"{placement.Device} {placement.ComputeType}";
        context.Log.Information("Computing on {Device:l} in {Type}", placement.Device.ToString(), placement.ComputeType);
        return placement;
    }
}
