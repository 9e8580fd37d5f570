using System.CommandLine;
using R1Pipeline.Cli.Output;
using R1Pipeline.Definition.Schema;

namespace R1Pipeline.Cli.Commands;

/// <summary><c>r1 schema</c>: the JSON schema of pipeline files, for editors.</summary>
internal static class SchemaCommand
{
    public static Command Create()
    {
        var command = new Command("schema", "Print the JSON schema of pipeline files (pipelines/pipeline.schema.json is this).");
        command.SetAction(parsed =>
        {
            Terminal.Of(parsed).Print(PipelineSchema.Generate().TrimEnd('\n'));
            return ExitCode.Done;
        });
        return command;
    }
}
