using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;

namespace R1Pipeline.StageHost.Steps;

/// <summary>
/// One piece of work at a time on a thread of its own. Its failure is thrown on the thread that asks for it, once; it is never lost, and never
/// ends the process by itself.
/// </summary>
internal sealed class BackgroundWork
{
    private Thread? _thread;
    private volatile ExceptionDispatchInfo? _failure;

    /// <summary>Starts work. The work before must have been waited for.</summary>
    public void Start(string name, Action work)
    {
        if (_thread is not null) throw new InvalidOperationException("the work before was not waited for");
        _thread = new Thread(() => Run(work)) { IsBackground = true, Name = name };
        _thread.Start();
    }

    /// <summary>Waits until nothing is under way, and throws what went wrong.</summary>
    public void Settle()
    {
        _thread?.Join();
        _thread = null;
        ThrowIfFailed();
    }

    /// <summary>Throws what went wrong so far, without waiting.</summary>
    public void ThrowIfFailed()
    {
        if (_failure is not { } failure) return;
        _failure = null;
        failure.Throw();
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "It is thrown again, on the thread that waits for it.")]
    private void Run(Action work)
    {
        try
        {
            work();
        }
        catch (Exception error)
        {
            _failure = ExceptionDispatchInfo.Capture(error);
        }
    }
}
