using System.Text;
using R1Pipeline.Contracts.Randomness;

namespace R1Pipeline.Cli.Benchmarks;

/// <summary>Random golds and predictions, the same for the same seed: a third are strings of pieces, a third mutated answers, a third follow the grammar of LaTeX formulas.</summary>
internal sealed class MathFuzz(long seed)
{
    private static readonly string[] Pieces =
    [
        "1", "2", "9", "0", ".", ",", "x", "y", "e", "i", "n", "+", "-", "*", "/", "^", "_", "!", "(", ")", "[", "]", "{", "}", "|", "=", "<", ">", "%", "$", "&", ":", ";", " ", "\n",
        @"\frac", @"\sqrt", @"\pi", @"\sin", @"\cos", @"\ln", @"\log_2", @"\binom", @"\text{", @"\boxed{", @"\begin{pmatrix}", @"\begin{vmatrix}", @"\end{pmatrix}", @"\\", @"\{", @"\}", @"\left(", @"\right)",
        @"\cup", @"\pm", @"\infty", @"\sum_{k=0}^{n}", @"\prod_{k=1}^{2000}", @"\choose", @"\overline{3}", "<think>", "</think>", "<answer>", "and", "or", "answer is", "答案是", "cm", "hours", "千米", "分之", "９", "²",
        "√", "一", "\ud835", "\0", "9999999999", "1e300", @"^{99999}", "!!!!", @"\arctan", @"\mathbb{Z}", "p.m.",
    ];

    private static readonly string[] Golds =
    [
        "1", @"\frac{1}{2}", "x^2+2x+1", @"\{1,2\}", "(1,2)", @"\sin x", "x<3", @"\begin{pmatrix}1\\2\end{pmatrix}", @"e^{i\pi}", "A", @"\sum_{k=1}^{10} k^2", "2 hours 30 minutes", "4:30 p.m.", @"(-\infty,1)\cup(2,3]",
        "二分之一", "25%", "101_2", @"x=\frac{-b\pm\sqrt{b^2-4ac}}{2a}", @"\binom{n}{k}",
    ];

    private RandomStream _random = new(seed, "fuzz", 0, "answers");

    /// <summary>The next pair.</summary>
    public (string Gold, string Prediction) Next()
    {
        string gold = Draw(3) == 0 ? Any() : Golds[Draw(Golds.Length)];
        return (gold, Any());
    }

    private string Any() => Draw(3) switch
    {
        0 => Pieced(),
        1 => Mutated(Golds[Draw(Golds.Length)]),
        _ => Draw(2) == 0 ? Formula(5) : $@"so the answer is $\boxed{{{Formula(5)}}}$.",
    };

    private string Pieced()
    {
        var text = new StringBuilder();
        for (int length = 1 + Draw(25); length > 0; length--) text.Append(Pieces[Draw(Pieces.Length)]);
        return text.ToString();
    }

    private string Mutated(string text)
    {
        var result = new StringBuilder(text);
        for (int edits = Draw(4); edits > 0; edits--)
        {
            int at = Draw(result.Length + 1);
            if (at < result.Length && Draw(2) == 0) result.Remove(at, 1);
            else result.Insert(at, Pieces[Draw(Pieces.Length)]);
        }

        return result.ToString();
    }

    private string Formula(int depth) => depth == 0 ? Leaf() : Draw(22) switch
    {
        0 => $"{Formula(depth - 1)}+{Formula(depth - 1)}",
        1 => $"{Formula(depth - 1)}-{Formula(depth - 1)}",
        2 => $@"{Formula(depth - 1)} \cdot {Formula(depth - 1)}",
        3 => $@"\frac{{{Formula(depth - 1)}}}{{{Formula(depth - 1)}}}",
        4 => $"({Formula(depth - 1)})^{{{Formula(depth - 1)}}}",
        5 => $@"\sqrt{{{Formula(depth - 1)}}}",
        6 => $@"\sqrt[{1 + Draw(9)}]{{{Formula(depth - 1)}}}",
        7 => $@"\sin\left({Formula(depth - 1)}\right)",
        8 => $@"\ln\left({Formula(depth - 1)}\right)",
        9 => $@"\sum_{{k={Draw(5)}}}^{{{Formula(depth - 1)}}} {Formula(depth - 1)}",
        10 => $@"\prod_{{i=1}}^{{{Draw(3000)}}} {Formula(depth - 1)}",
        11 => $@"\binom{{{Formula(depth - 1)}}}{{{Formula(depth - 1)}}}",
        12 => $"({Formula(depth - 1)})!",
        13 => $@"\left({Formula(depth - 1)}, {Formula(depth - 1)}\right]",
        14 => $@"\{{{Formula(depth - 1)}, {Formula(depth - 1)}\}}",
        15 => $@"\begin{{pmatrix}} {Formula(depth - 1)} & {Formula(depth - 1)} \\ {Formula(depth - 1)} & {Formula(depth - 1)} \end{{pmatrix}}",
        16 => $@"\begin{{vmatrix}} {Formula(depth - 1)} & {Formula(depth - 1)} \\ {Formula(depth - 1)} & {Formula(depth - 1)} \end{{vmatrix}}",
        17 => $@"{Formula(depth - 1)} \le {Leaf()} < {Formula(depth - 1)}",
        18 => $"{Leaf()} = {Formula(depth - 1)}",
        19 => $@"\left|{Formula(depth - 1)}\right|",
        20 => $@"{Formula(depth - 1)} \pm {Formula(depth - 1)}",
        _ => Leaf(),
    };

    private string Leaf() => Draw(10) switch
    {
        0 or 1 or 2 => Draw(100).ToString(System.Globalization.CultureInfo.InvariantCulture),
        3 => $"{Draw(1000)}.{Draw(1000)}",
        4 => "x",
        5 => "k",
        6 => @"\pi",
        7 => "e",
        8 => "i",
        _ => new string('9', 1 + Draw(40)),
    };

    private int Draw(int count) => _random.NextInt(count);
}
