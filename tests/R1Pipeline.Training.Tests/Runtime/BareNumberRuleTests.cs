using System.Reflection;
using R1Pipeline.Stages;
using R1Pipeline.Training.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Tests.Runtime;

/// <summary>The training core and the stages keep <see cref="BareNumberRule"/>, and it catches every way to break it.</summary>
public sealed class BareNumberRuleTests
{
    [Theory]
    [InlineData(typeof(Decoder))]
    [InlineData(typeof(AllStages))]
    public void Rule_Assembly_IsKept(Type type) => Assert.Empty(BareNumberRule.Violations(type.Assembly));

    [Theory]
    [InlineData(nameof(Planted.Literal))]
    [InlineData(nameof(Planted.Variable))]
    [InlineData(nameof(Planted.Argument))]
    [InlineData(nameof(Planted.HiddenFactor))]
    [InlineData(nameof(Planted.HiddenExponent))]
    [InlineData(nameof(Planted.ReadOut))]
    [InlineData(nameof(Planted.InALambda))]
    public void Rule_PlantedViolation_IsCaught(string method) => Assert.Contains(
        BareNumberRule.Violations(Assembly.GetExecutingAssembly()),
        violation => violation.StartsWith(typeof(Planted).FullName!, StringComparison.Ordinal) && violation.Split(" -> ")[0].Contains(method, StringComparison.Ordinal));

    [Fact]
    public void Rule_NumbersThatStayReferenced_AreNoViolation() => Assert.DoesNotContain(
        BareNumberRule.Violations(Assembly.GetExecutingAssembly()), violation => violation.Contains(nameof(Planted.Kept), StringComparison.Ordinal));

    private static class Planted
    {
        public static Tensor Literal(Tensor tensor) => tensor * 2;

        public static Tensor Variable(Tensor tensor, double factor) => tensor / factor;

        public static Tensor Argument(Tensor tensor) => tensor.clamp(min: 0.0);

        public static Tensor HiddenFactor(Tensor left, Tensor right) => left + right;

        public static Tensor HiddenExponent(Tensor tensor) => tensor.square();

        public static double ReadOut(Tensor tensor) => tensor.ToScalar().ToDouble();

        public static Tensor[] InALambda(Tensor[] tensors) => [.. tensors.Select(tensor => tensor - 1)];

        public static Tensor Kept(Tensor left, Tensor right, Scalar factor) => (left * right).mul(factor) - left;
    }
}
