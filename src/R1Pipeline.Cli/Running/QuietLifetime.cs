using Microsoft.Extensions.Hosting;

namespace R1Pipeline.Cli.Running;

/// <summary>Leaves signals to <see cref="SignalStop"/>: the host's console lifetime would stop the host under a run that still checkpoints.</summary>
internal sealed class QuietLifetime : IHostLifetime
{
    /// <inheritdoc/>
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
