using R1Pipeline.Orchestration.Workers;

namespace R1Pipeline.Tests.Orchestration;

/// <summary>What a worker inherits: how many threads it has is the stage's word, how they wait the user's, and no secret.</summary>
public sealed class WorkerEnvironmentTests
{
    [Fact]
    public void Reduce_Shell_KeepsWhatAWorkerNeedsAndTheVariablesThatItsStageNames()
    {
        var environment = new Dictionary<string, string?> { ["PATH"] = "/bin", ["R1_DATABASE"] = "postgres://u:secret@host/db", ["OPENAI_API_KEY"] = "key", ["OTHER_KEY"] = "key", ["OMP_NUM_THREADS"] = "64", ["CUDA_VISIBLE_DEVICES"] = "1" };

        WorkerEnvironment.Reduce(environment, 3, "OPENAI_API_KEY");

        Assert.Equal(
            ["CUDA_VISIBLE_DEVICES=1", "GLIBC_TUNABLES=glibc.malloc.tcache_count=0:glibc.malloc.mxfast=0", "GOMP_SPINCOUNT=1000", "MKL_NUM_THREADS=3", "OMP_NUM_THREADS=3", "OPENAI_API_KEY=key", "PATH=/bin"],
            environment.Select(variable => $"{variable.Key}={variable.Value}").Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("OMP_WAIT_POLICY", "ACTIVE")]
    [InlineData("GOMP_SPINCOUNT", "300000")]
    public void Reduce_UserSaysHowThreadsWait_IsKept(string variable, string value)
    {
        var environment = new Dictionary<string, string?> { [variable] = value };

        WorkerEnvironment.Reduce(environment, 2);

        Assert.Equal(value, environment[variable]);
        Assert.Single(environment.Keys.Intersect(WaitPolicy.Variables));
    }
}
