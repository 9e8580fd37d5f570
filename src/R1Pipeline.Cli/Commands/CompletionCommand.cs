using System.CommandLine;
using R1Pipeline.Cli.Output;

namespace R1Pipeline.Cli.Commands;

/// <summary><c>r1 completion</c>: a script for the shell, which asks <c>r1</c> itself (the <c>[suggest]</c> directive) for what can follow.</summary>
internal static class CompletionCommand
{
    private const string Bash = """
        # r1 completion for bash: eval "$(r1 completion bash)"
        _r1_complete() {
            local IFS=$'\n'
            COMPREPLY=( $(compgen -W "$("${COMP_WORDS[0]}" "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}") )
        }
        complete -o default -F _r1_complete r1
        """;

    private const string Zsh = """
        # r1 completion for zsh: eval "$(r1 completion zsh)"
        _r1_complete() {
            local -a found
            found=("${(@f)$("${words[1]}" "[suggest:$(( ${#${(j: :)words}} ))]" "${(j: :)words}" 2>/dev/null)}")
            compadd -a found
            _files
        }
        compdef _r1_complete r1
        """;

    private const string Fish = """
        # r1 completion for fish: r1 completion fish | source
        complete -c r1 -a '(r1 "[suggest:"(commandline -C)"]" (commandline) 2>/dev/null)'
        """;

    public static Command Create()
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh or fish." };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        var command = new Command("completion", "Print a completion script for a shell.") { shell };
        command.SetAction(parsed =>
        {
            Terminal.Of(parsed).Print(parsed.GetRequiredValue(shell) switch { "bash" => Bash, "zsh" => Zsh, _ => Fish });
            return ExitCode.Done;
        });
        return command;
    }
}
