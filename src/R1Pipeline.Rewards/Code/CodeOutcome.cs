namespace R1Pipeline.Rewards.Code;

/// <summary>What became of a test or of a whole task (design.md section 6); <see cref="CodeOutcomes.Word"/> gives the contract's word.</summary>
public enum CodeOutcome
{
    /// <summary>Right.</summary>
    Passed,

    /// <summary>Ran and gave another result.</summary>
    Failed,

    /// <summary>Did not compile, or there is no code in the completion.</summary>
    CompileError,

    /// <summary>Ended with an exception, a signal or an exit code other than 0.</summary>
    RuntimeError,

    /// <summary>Used up its processor time or did not come back.</summary>
    Timeout,

    /// <summary>Needed more memory than allowed.</summary>
    Memory,

    /// <summary>Wrote more than allowed.</summary>
    OutputLimit,

    /// <summary>Made a system call that ends a program at once.</summary>
    Violation,

    /// <summary>Not run: there is no sandbox or no interpreter here. Says nothing about the code.</summary>
    Refused,
}
