using R1Pipeline.Architecture.Tests.Rules;

namespace R1Pipeline.Architecture.Tests;

/// <summary>The control plane starts fast and runs anywhere because no tensor library comes with it.</summary>
public sealed class TorchFreeTests
{
    [Theory]
    [InlineData("R1Pipeline.Cli", "r1")]
    [InlineData("R1Pipeline.Daemon", "r1-daemon")]
    public void Dependencies_ControlPlaneExecutable_HaveNoTorch(string project, string executable)
    {
        string configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        string deps = Path.Combine(RepositoryTree.Root, "src", project, "bin", configuration, "net10.0", executable + ".deps.json");

        Assert.Empty(TorchFreeRule.Violations(executable, File.ReadAllText(deps)));
    }

    [Fact]
    public void Dependencies_PlantedTorch_IsCaught() =>
        Assert.Contains("r1 depends on TorchSharp", TorchFreeRule.Violations("r1", """{ "libraries": { "TorchSharp/0.107.0": {} } }"""));
}
