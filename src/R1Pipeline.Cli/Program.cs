using System.CommandLine;
using System.CommandLine.Invocation;
using R1Pipeline.Cli;
using R1Pipeline.Cli.Output;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Orchestration;
using R1Pipeline.Orchestration.Stores;

RootCommand root = CommandTree.Create();
ParseResult parsed = root.Parse(args);
var terminal = Terminal.Of(parsed);

// A typo gets its one line, not a page of help above which nobody finds it; r1 alone gets the page.
if (parsed.Action is ParseErrorAction mistake) mistake.ShowHelp = args.Length == 0;

// r1 handles SIGINT and SIGTERM itself: a run needs more than the two seconds that the parser's own handler would give it.
var invocation = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
try
{
    int code = await parsed.InvokeAsync(invocation);
    return parsed.Action is ParseErrorAction ? ExitCode.WrongInput : code;
}
catch (RunRefusedException refusal)
{
    terminal.Fail(refusal.Message);
    return refusal.ExitCode;
}
catch (StoreUnavailableException absent)
{
    terminal.Fail(absent.Message);
    return ExitCode.EnvironmentLacks;
}
catch (StageFailedException failure)
{
    terminal.Fail(failure.Message);
    return failure.Failure == StageFailureClass.UserData ? ExitCode.WrongInput : ExitCode.Failed;
}
catch (Exception error) when (error is IOException or UnauthorizedAccessException)
{
    terminal.Fail(error.Message);
    return ExitCode.Failed;
}
#pragma warning disable CA1031 // The last line of defence: whatever happens, the exit code is one of the documented ones.
catch (Exception error)
#pragma warning restore CA1031
{
    terminal.Fail($"unexpected {error}");
    return ExitCode.Failed;
}
