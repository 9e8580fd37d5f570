using System.Globalization;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Training.Runtime;
using R1Pipeline.Training.Weights;

namespace R1Pipeline.Worker;

/// <summary>The worker's part of <c>r1 checkpoints export --dtype</c>: writes a model folder once more with other weight files.</summary>
internal static class ModelExport
{
    /// <summary>The argument that asks the worker for it.</summary>
    public const string Argument = "--export-model";

    /// <summary>Writes it; what is wrong goes to standard error.</summary>
    /// <returns>The worker's exit code.</returns>
    public static int Write(string source, string target, string type, string maxShardBytes)
    {
        TorchRuntime.Initialize(threads: 1, Environment.GetEnvironmentVariable("R1_LIBTORCH"));
        try
        {
            ModelConversion.Write(source, target, new ExportOptions(Enum.Parse<WeightType>(type, ignoreCase: true), long.Parse(maxShardBytes, CultureInfo.InvariantCulture)));
            return WorkerExitCode.Done;
        }
        catch (StageFailedException failure)
        {
            Console.Error.WriteLine(failure.Message);
            return WorkerExitCode.UserData;
        }
    }
}
