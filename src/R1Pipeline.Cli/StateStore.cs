using System.CommandLine;
using R1Pipeline.Orchestration;
using R1Pipeline.Orchestration.Status;
using R1Pipeline.Orchestration.Stores;

namespace R1Pipeline.Cli;

/// <summary>The store of the state folder that a command line names, opened to be read. Never creates one.</summary>
internal sealed class StateStore : IDisposable
{
    private readonly IRunStore _store;

    private StateStore(string directory, IRunStore store)
    {
        Directory = directory;
        _store = store;
        Reader = new RunReader(store, directory);
    }

    /// <summary>The state folder.</summary>
    public string Directory { get; }

    /// <summary>The store itself.</summary>
    public IRunStore Store => _store;

    /// <summary>What commands show.</summary>
    public RunReader Reader { get; }

    /// <summary>Opens it; null when the folder holds none.</summary>
    public static StateStore? Find(ParseResult parsed)
    {
        string directory = CommonOptions.StateDirectory(parsed);
        return CommonOptions.OpenStore(parsed, create: false) is { } store ? new StateStore(directory, store) : null;
    }

    /// <summary>Opens it.</summary>
    /// <exception cref="RunRefusedException">The folder holds none.</exception>
    public static StateStore Require(ParseResult parsed) => Find(parsed)
        ?? throw new RunRefusedException($"{CommonOptions.StateDirectory(parsed)} holds no runs; start one with r1 run FILE, or name another state folder with --state", ExitCode.WrongInput);

    /// <inheritdoc/>
    public void Dispose() => _store.Dispose();
}
