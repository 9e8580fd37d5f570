using R1Pipeline.Orchestration;
using R1Pipeline.Orchestration.Workers;

namespace R1Pipeline.Architecture.Tests.Rules;

/// <summary>What whoever stops the daemon must grant it before he kills.</summary>
internal static class StopTime
{
    /// <summary>The workers' grace period, and the daemon's own time for what they leave behind (<c>DaemonHost.Margin</c>).</summary>
    public static TimeSpan OfDaemon { get; } = new RunEngineOptions { StateDirectory = "", Worker = new WorkerCommand("", []) }.GracePeriod + TimeSpan.FromSeconds(10);
}
