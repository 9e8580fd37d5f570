namespace R1Pipeline.Data.Rows;

/// <summary>What is wrong with one row of a data file.</summary>
/// <param name="Path">The file.</param>
/// <param name="Line">Line, from 1; 0: the file as a whole.</param>
/// <param name="Column">Byte column, from 1; 0: the line as a whole.</param>
/// <param name="Field">JSON key that is missing or wrong; null: the line is not a JSON object.</param>
/// <param name="Message">What is wrong and what is accepted.</param>
public sealed record DataRowProblem(string Path, int Line, int Column, string? Field, string Message);
