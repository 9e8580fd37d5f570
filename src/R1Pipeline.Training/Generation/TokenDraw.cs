namespace R1Pipeline.Training.Generation;

/// <summary>A drawn token.</summary>
/// <param name="Id">Token id.</param>
/// <param name="Logprob">Its log-probability at temperature 1 without truncation (nats).</param>
/// <param name="Entropy">Entropy of the distribution at temperature 1 without truncation (nats).</param>
public readonly record struct TokenDraw(int Id, float Logprob, float Entropy);
