using System.Text;
using R1Pipeline.Rewards.Mathematics;

namespace R1Pipeline.Tests.Rewards;

/// <summary>Random and mutated answers, seeded. That a grade returns shows that its work is bounded; the step counter bounds it, so no clock is asked. R1_FUZZ_INPUTS sets how many.</summary>
public class MathGraderFuzzTests
{
    private static readonly string[] Pieces =
    [
        "1", "2", "9", "0", ".", ",", "x", "y", "e", "i", "n", "+", "-", "*", "/", "^", "_", "!", "(", ")", "[", "]", "{", "}", "|", "=", "<", ">", "%", "$", "&", ":", ";", " ", "\n",
        @"\frac", @"\sqrt", @"\pi", @"\sin", @"\cos", @"\ln", @"\log_2", @"\binom", @"\text{", @"\boxed{", @"\begin{pmatrix}", @"\end{pmatrix}", @"\\", @"\{", @"\}", @"\left(", @"\right)", @"\cup", @"\pm", @"\infty",
        @"\sum_{k=0}^{n}", @"\overline{3}", "<think>", "</think>", "<answer>", "and", "or", "answer is", "cm", "９", "²", "√", "一", "\ud835", "\0", "9999999999", "1e300", @"^{99999}", "!!!!", @"\arctan",
    ];

    [Fact]
    public void Grade_RandomAndMutatedInputs_NeverThrowsAndStaysBounded()
    {
        int inputs = int.TryParse(Environment.GetEnvironmentVariable("R1_FUZZ_INPUTS"), out int given) ? given : 20_000;
        ulong state = 20250122;
        string[] golds = ["1", @"\frac{1}{2}", "x^2+2x+1", @"\{1,2\}", "(1,2)", @"\sin x", "x<3", @"\begin{pmatrix}1\\2\end{pmatrix}", @"e^{i\pi}", "A"];
        int right = 0;
        for (int i = 0; i < inputs; i++)
        {
            string gold = i % 3 == 0 ? Random(ref state) : golds[Draw(ref state, golds.Length)];
            string prediction = i % 2 == 0 ? Random(ref state) : Mutated(golds[Draw(ref state, golds.Length)], ref state);
            if (MathGrader.Grade(gold, prediction).Correct == true) right++;
        }

        Assert.InRange(right, 1, inputs / 2);
    }

    private static string Random(ref ulong state)
    {
        var text = new StringBuilder();
        for (int length = 1 + Draw(ref state, 25); length > 0; length--) text.Append(Pieces[Draw(ref state, Pieces.Length)]);
        return text.ToString();
    }

    private static string Mutated(string text, ref ulong state)
    {
        var result = new StringBuilder(text);
        for (int edits = Draw(ref state, 4); edits > 0; edits--)
        {
            int at = Draw(ref state, result.Length + 1);
            if (at < result.Length && Draw(ref state, 2) == 0) result.Remove(at, 1);
            else result.Insert(at, Pieces[Draw(ref state, Pieces.Length)]);
        }

        return result.ToString();
    }

    /// <summary>splitmix64.</summary>
    private static int Draw(ref ulong state, int count)
    {
        state += 0x9E3779B97F4A7C15;
        ulong z = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return (int)((z ^ (z >> 31)) % (ulong)count);
    }
}
