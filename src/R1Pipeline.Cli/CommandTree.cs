using System.CommandLine;
using R1Pipeline.Cli.Benchmarks;
using R1Pipeline.Cli.Commands;
using R1Pipeline.Cli.Doctor;

namespace R1Pipeline.Cli;

/// <summary>Every command of <c>r1</c>. Building it opens nothing: what a command needs is loaded when it runs.</summary>
internal static class CommandTree
{
    public static RootCommand Create() => new("Trains reasoning models as DeepSeek-R1 was trained: one pipeline file runs the whole recipe and resumes after any interruption.")
    {
        CommonOptions.State,
        CommonOptions.Database,
        CommonOptions.NoColor,
        RunCommand.Create(),
        ResumeCommand.Create(),
        StatusCommand.Create(),
        WatchCommand.Create(),
        LogsCommand.Create(),
        MetricsCommand.Create(),
        RolloutsCommand.Create(),
        CancelCommand.Create(),
        RunsCommand.Create(),
        DaemonCommand.Create(),
        SubmitCommand.Create(),
        ValidateCommand.Create(),
        PlanCommand.Create(),
        SchemaCommand.Create(),
        ExplainCommand.Create(),
        GradeCommand.Create(),
        CheckpointsCommand.Create(),
        ModelCommand.Create(),
        DoctorCommand.Create(),
        BenchCommand.Create(),
        CompletionCommand.Create(),
    };
}
