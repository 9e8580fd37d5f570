using System.Runtime.ExceptionServices;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Model;

/// <summary>
/// What went wrong in a node of ours while libtorch ran backward. An exception must not leave such a node: between the two is native code, and it would take the
/// process down. It waits here until backward is over. The gradients of that pass are worthless.
/// </summary>
internal sealed class BackwardFailure
{
    [ThreadStatic]
    private static BackwardFailure? _ofThisThread;

    private ExceptionDispatchInfo? _first;

    /// <summary>That of the passes which this thread records. A node takes it along from forward: backward may call it on a thread of libtorch's.</summary>
    public static BackwardFailure OfThisThread => _ofThisThread ??= new BackwardFailure();

    /// <summary>Goes back through what this thread recorded, and throws what went wrong in a node of ours.</summary>
    public static void Run(Action backward)
    {
        BackwardFailure failure = OfThisThread;
        failure._first = null;
        try
        {
            backward();
        }
        catch
        {
            failure.Throw();                                        // what libtorch says then is about the gradients that are missing for it
            throw;
        }

        failure.Throw();
    }

    /// <summary>The gradients that a node of so many inputs returns: those of <paramref name="gradients"/>, or none where it, or a node before, failed.</summary>
    public List<Tensor> Guard(int inputs, Func<List<Tensor>> gradients)
    {
        try
        {
            if (_first is null) return gradients();
        }
        catch (Exception thrown)
        {
            _first = ExceptionDispatchInfo.Capture(thrown);
        }

        return [.. Enumerable.Repeat<Tensor>(null!, inputs)];
    }

    /// <summary>Throws what went wrong, once; does nothing where nothing did.</summary>
    public void Throw()
    {
        ExceptionDispatchInfo? first = _first;
        _first = null;
        first?.Throw();
    }
}
