using R1Pipeline.Contracts.Randomness;

namespace R1Pipeline.Training.Tests.MalformedModels;

/// <summary>Damages a valid model folder; what is random about it comes from the stream.</summary>
internal delegate void Damage(string directory, ref RandomStream random);

/// <summary>One malformed model folder: a valid one of a family, damaged.</summary>
/// <param name="Name">Unique; also names its random draws.</param>
/// <param name="Base">Which of the valid folders it starts from (<see cref="ValidModels"/>).</param>
/// <param name="File">The file that the refusal must name.</param>
/// <param name="Damage">The damage.</param>
internal sealed record MalformedModel(string Name, string Base, string File, Damage Damage);
