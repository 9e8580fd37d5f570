using R1Pipeline.Training.Runtime;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Tests.Runtime;

/// <summary>Start-up: once, with one thread count.</summary>
public sealed class TorchRuntimeTests
{
    [Fact]
    public void Initialize_Again_IsANoOp()
    {
        TorchRuntime.Initialize(1);
        TorchRuntime.Initialize(1);
        Assert.Equal(1, get_num_threads());
    }

    [Fact]
    public void Initialize_OtherThreadCount_IsRefused() => Assert.Throws<InvalidOperationException>(() => TorchRuntime.Initialize(2));

    [Theory]
    [InlineData("build-version", "2.10.0+cpu", false)]
    [InlineData("version.py", "__version__ = '2.10.1'", false)]
    [InlineData("version.py", "__version__ = '2.11.0'", true)]
    public void RequireVersion_OutsideLibtorch_OnlyOfTheBridgesVersion(string file, string text, bool refused)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["lib"]);
        File.WriteAllText(folder[file], text);
        Exception? failure = Record.Exception(() => TorchRuntime.RequireVersion(folder["lib"]));
        Assert.Equal(refused, failure is NotSupportedException);
    }
}
