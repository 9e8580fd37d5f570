using R1Pipeline.Contracts.Options;
using R1Pipeline.StageHost;
using R1Pipeline.Training.Runtime;

namespace R1Pipeline.Stages.Models;

/// <summary>What becomes of <c>offload:</c> on the device that the stage got.</summary>
internal static class HostOffload
{
    /// <summary>The options as the stage follows them: on the CPU, whose memory is the host's, nothing is offloaded, and the log says so.</summary>
    public static T Resolve<T>(StageContext context, T options, Placement placement)
        where T : GrpoOptions
    {
        if (options.Offload is not { Count: > 0 } offload) return options;
        string parts = string.Join(", ", offload);
        if (placement.IsHost)
        {
            context.Log.Information("offload: {Parts:l} has no effect on the CPU: its memory is the host's", parts);
            return (T)(options with { Offload = null });
        }

        context.Log.Information("Between the phases that need them these lie in the host's memory: {Parts:l}", parts);
        return options;
    }
}
