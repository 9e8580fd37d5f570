namespace R1Pipeline.Contracts.Pipelines;

/// <summary>How an input is written in the file.</summary>
public enum StageInputShape
{
    /// <summary><c>model: base</c></summary>
    One,

    /// <summary><c>models: [base, sft]</c></summary>
    List,

    /// <summary><c>reward-models: { helpful: helpful-rm }</c></summary>
    Map,
}
