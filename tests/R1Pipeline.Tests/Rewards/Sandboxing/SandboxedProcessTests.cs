using System.Text;
using R1Pipeline.Rewards.Code;
using R1Pipeline.Rewards.Sandboxing;
using R1Pipeline.Tests.Rewards.Code;

namespace R1Pipeline.Tests.Rewards.Sandboxing;

/// <summary>What a program in a real sandbox says and how it ended, apart from what the sandbox says.</summary>
public class SandboxedProcessTests
{
    public static TheoryData<SandboxKind> Kinds => [.. SandboxKinds.Confining];

    [Theory, MemberData(nameof(Kinds))]
    public void DemandStarted_ProgramThatPosesAsAJailThatFailed_WasStarted(SandboxKind kind)
    {
        (string said, Exception? unstarted) = Run(kind, ["/bin/sh", "-c", "echo r1-jail: execve was refused >&2; exit 125"]);
        Assert.Null(unstarted);
        Assert.Equal("r1-jail: execve was refused\n", said);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void DemandStarted_ProgramThatIsNotThere_SaysSo(SandboxKind kind)
    {
        (string said, Exception? unstarted) = Run(kind, ["/usr/bin/r1-no-such-program"]);
        Assert.StartsWith("r1-jail: /usr/bin/r1-no-such-program", said, StringComparison.Ordinal);
        Assert.Contains("/usr/bin/r1-no-such-program", Assert.IsType<IOException>(unstarted).Message, StringComparison.Ordinal);
    }

    // What it writes counts to the last byte: the jail's own mark does not.
    [Theory]
    [InlineData(1000, SandboxEnd.Itself)]
    [InlineData(1001, SandboxEnd.Output)]
    public void Collect_UpToTheLimit_IsKept(int bytes, SandboxEnd expected)
    {
        using CodeGrader grader = SandboxNeeded.Grader();
        (_, _, SandboxEnd end) = Run(grader.Kind!.Value, ["/bin/sh", "-c", $"head -c {bytes} /dev/zero"], 1000);
        Assert.Equal(expected, end);
    }

    private static (string Said, Exception? Unstarted) Run(SandboxKind kind, string[] command)
    {
        SandboxNeeded.Grader(kind).Dispose();
        (string said, Exception? unstarted, _) = Run(kind, command, 65536);
        return (said, unstarted);
    }

    private static (string Said, Exception? Unstarted, SandboxEnd End) Run(SandboxKind kind, string[] command, long outputBytes)
    {
        string input = SandboxFolder.Create("test", writable: false);
        try
        {
            var order = new SandboxOrder(command, input, null, [], [], 5, TimeSpan.FromSeconds(30), 1L << 30, false, outputBytes);
            using SandboxedProcess process = Sandbox.Find(out _, kind)!.Start(order);
            process.Input.Close();
            Task<byte[]> output = process.Collect(errors: false), errors = process.Collect(errors: true);
            process.Wait(order.Patience);
            Task.WaitAll(output, errors);
            return (Encoding.UTF8.GetString(errors.Result), Record.Exception(process.DemandStarted), process.End);
        }
        finally
        {
            Directory.Delete(input, recursive: true);
        }
    }
}
