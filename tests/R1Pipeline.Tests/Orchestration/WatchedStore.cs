using System.Reflection;
using R1Pipeline.Orchestration.Stores;

namespace R1Pipeline.Tests.Orchestration;

/// <summary>A store that says which of its methods is called, before it is.</summary>
public class WatchedStore : DispatchProxy
{
    private IRunStore _inner = null!;
    private Action<string> _called = null!;

    public static IRunStore Around(IRunStore inner, Action<string> called)
    {
        var store = Create<IRunStore, WatchedStore>();
        (((WatchedStore)(object)store)._inner, ((WatchedStore)(object)store)._called) = (inner, called);
        return store;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        _called(targetMethod!.Name);
        return targetMethod.Invoke(_inner, BindingFlags.DoNotWrapExceptions, binder: null, args, culture: null);
    }
}
