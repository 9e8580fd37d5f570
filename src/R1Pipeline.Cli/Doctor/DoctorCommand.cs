using System.CommandLine;
using R1Pipeline.Cli.Output;

namespace R1Pipeline.Cli.Doctor;

/// <summary><c>r1 doctor</c>: what this machine has, what is missing and how to get it. Leaves nothing behind.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        Option<bool> json = CommonOptions.Json();
        var command = new Command("doctor", "Show what works on this machine, what is missing and how to get it.") { json };
        command.SetAction(parsed => Execute(parsed, parsed.GetValue(json)));
        return command;
    }

    private static int Execute(ParseResult parsed, bool json)
    {
        var terminal = Terminal.Of(parsed);
        IReadOnlyList<Finding> findings = Examination.All(CommonOptions.StateDirectory(parsed), () => CommonOptions.OpenStore(parsed, create: false));
        foreach (Finding finding in findings)
        {
            if (json)
            {
                terminal.PrintJson(finding);
                continue;
            }
            string mark = finding.Ok switch { true => "ok", false => "MISSING", null => "-" };
            terminal.Print($"{mark,-8} {finding.Name,-14} {finding.Detail}");
            if (finding.Remedy is not null) terminal.Print($"{"",-8} {"",-14} to do: {finding.Remedy}");
        }
        return findings.Any(finding => finding.Ok == false) ? ExitCode.EnvironmentLacks : ExitCode.Done;
    }
}
