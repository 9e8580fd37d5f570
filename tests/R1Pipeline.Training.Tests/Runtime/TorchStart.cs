using System.Runtime.CompilerServices;
using R1Pipeline.Training.Runtime;

namespace R1Pipeline.Training.Tests.Runtime;

/// <summary>Loads libtorch before the first test touches a tensor.</summary>
internal static class TorchStart
{
    [ModuleInitializer]
    internal static void Initialize() => TorchRuntime.Initialize(1);
}
