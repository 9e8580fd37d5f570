namespace R1Pipeline.Rewards.Sandboxing;

/// <summary>Why a confined program was ended.</summary>
public enum SandboxEnd
{
    /// <summary>It ended by itself.</summary>
    Itself,

    /// <summary>Time was up.</summary>
    Time,

    /// <summary>It used too much memory.</summary>
    Memory,

    /// <summary>It wrote too much.</summary>
    Output,
}
