using System.ComponentModel.DataAnnotations;

namespace R1Pipeline.Contracts.Options;

/// <summary>
/// The generated task: three-digit addition with a digit-wise chain of thought in English or Chinese, and small talk about ten topics.
/// The same options and seed give the same rows everywhere. Held-out pairs occur in no other split.
/// </summary>
public sealed record AdditionOptions
{
    /// <summary>Which rows.</summary>
    [Required]
    public AdditionSplit Split { get; init; }

    /// <summary>How many rows.</summary>
    [Range(1, 100_000_000)]
    public int Rows { get; init; } = 1000;

    /// <summary>Seed of the rows; null: derived from the run's seed and the source's name.</summary>
    public long? Seed { get; init; }

    /// <summary>General: share of rows whose response is one of the three unhelpful kinds.</summary>
    [Range(0.0, 1.0)]
    public double Unhelpful { get; init; } = 0.3;

    /// <summary>Pairs: share of pairs whose labels are flipped.</summary>
    [Range(0.0, 1.0)]
    public double LabelFlip { get; init; } = 0.05;

    /// <summary>Corpus: share of small talk.</summary>
    [Range(0.0, 1.0)]
    public double GeneralShare { get; init; } = 0.15;

    /// <summary>Corpus: share of plain answers among the addition documents.</summary>
    [Range(0.0, 1.0)]
    public double PlainShare { get; init; } = 0.25;

    /// <summary>Corpus: share of plain answers that are right.</summary>
    [Range(0.0, 1.0)]
    public double PlainRight { get; init; } = 0.35;

    /// <summary>Corpus: share of worked texts by a careless author, who drops carries throughout.</summary>
    [Range(0.0, 1.0)]
    public double Careless { get; init; } = 0.6;

    /// <summary>Corpus: probability with which a careless author drops a due carry.</summary>
    [Range(0.0, 1.0)]
    public double DropCarry { get; init; } = 0.7;

    /// <summary>Corpus: probability of a slip in one line's sum.</summary>
    [Range(0.0, 1.0)]
    public double LineSlip { get; init; } = 0.03;

    /// <summary>Corpus: probability of a slip when the result is copied.</summary>
    [Range(0.0, 1.0)]
    public double CopySlip { get; init; } = 0.03;

    /// <summary>Corpus: share of worked texts that draw the language anew for every line.</summary>
    [Range(0.0, 1.0)]
    public double CodeSwitch { get; init; } = 0.3;

    /// <summary>Corpus: share of worked texts in the other language than their prompt.</summary>
    [Range(0.0, 1.0)]
    public double OtherLanguage { get; init; } = 0.12;
}
