using System.IO.Compression;
using System.Reflection;

namespace R1Pipeline.Training.Tests.TorchNative;

/// <summary>The build's own copy of TorchSharp's native bridge differs from the package's in one mark, and the package cache is as it was unpacked.</summary>
public sealed class TorchNativeTests
{
    private const string Version = "GLIBCXX_3.4.32";
    private const string Bridge = "runtimes/linux-x64/native/libLibTorchSharp.so";

    private static string Package { get; } = Metadata("TorchSharpPackage");

    private static string OutputFolder { get; } = Path.Combine(AppContext.BaseDirectory, "torch");

    [Fact]
    public void Bridge_InTheOutput_DiffersFromThePackageInTheWeakMarkAlone()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the bridge is patched on Linux only");
        byte[] package = File.ReadAllBytes(Path.Combine(Package, Bridge)), output = File.ReadAllBytes(Path.Combine(OutputFolder, Path.GetFileName(Bridge)));

        Assert.Equal(package.Length, output.Length);
        int at = Assert.Single(Enumerable.Range(0, package.Length), i => package[i] != output[i]);
        Assert.Equal((0, 2), (package[at], output[at]));
        Assert.False(VersionNeeds.Of(package)[Version]);
        Assert.Equal(Version, Assert.Single(VersionNeeds.Of(output), need => need.Value).Key);
    }

    [Fact]
    public void PackageCache_AfterTheBuild_HoldsWhatThePackageFileHolds()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the bridge is patched on Linux only");
        using ZipArchive archive = ZipFile.OpenRead(Assert.Single(Directory.GetFiles(Package, "*.nupkg")));
        using Stream entry = archive.GetEntry(Bridge)!.Open();
        using var original = new MemoryStream();
        entry.CopyTo(original);

        Assert.Equal(original.ToArray(), File.ReadAllBytes(Path.Combine(Package, Bridge)));
    }

    [Fact]
    public void Natives_InTheOutput_AreLinksIntoThePackageCacheExceptTheBridge()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Metadata("TorchBackend") == "cpu", "links are made for the CPU libtorch on Linux");

        foreach (FileInfo file in new DirectoryInfo(OutputFolder).GetFiles())
            Assert.Equal(file.Name == Path.GetFileName(Bridge), file.LinkTarget is null);
        Assert.False(Directory.Exists(Path.Combine(AppContext.BaseDirectory, "runtimes")), "natives of other platforms came along");
    }

    private static string Metadata(string key) =>
        typeof(TorchNativeTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => metadata.Key == key).Value!;
}
