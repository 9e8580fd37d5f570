using System.Runtime.ExceptionServices;

namespace R1Pipeline.Training.Model;

/// <summary>
/// What went wrong in a node of ours while libtorch ran backward. An exception must not leave such a node: between the two is native code, and it would take the
/// process down. It waits here until backward is over. The gradients of that pass are worthless.
/// </summary>
internal sealed class BackwardFailure
{
    private ExceptionDispatchInfo? _first;

    /// <summary>Whether something went wrong since the last <see cref="Throw"/>.</summary>
    public bool IsSet => _first is not null;

    /// <summary>Keeps the first failure.</summary>
    public void Set(Exception failure) => _first ??= ExceptionDispatchInfo.Capture(failure);

    /// <summary>Throws what went wrong, once; does nothing where nothing did.</summary>
    public void Throw()
    {
        ExceptionDispatchInfo? first = _first;
        _first = null;
        first?.Throw();
    }
}
