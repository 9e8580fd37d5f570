namespace R1Pipeline.Definition.Diagnostics;

/// <summary>The codes by name. Each has its text in <see cref="DiagnosticCatalog"/>; a code is never reused for another mistake.</summary>
internal static class DiagnosticCodes
{
    public const string YamlSyntax = "R1001";
    public const string FileUnreadable = "R1002";
    public const string YamlUnsupported = "R1003";
    public const string DuplicateKey = "R1004";
    public const string UnknownKey = "R1005";
    public const string MissingKey = "R1006";
    public const string WrongType = "R1007";
    public const string OutOfRange = "R1008";
    public const string NotAccepted = "R1009";
    public const string BadName = "R1010";
    public const string UnknownStageKind = "R1011";
    public const string MissingInput = "R1012";
    public const string UnknownReference = "R1013";
    public const string WrongKind = "R1014";
    public const string Cycle = "R1015";
    public const string MissingDataFile = "R1016";
    public const string MissingModelFolder = "R1017";
    public const string BadPattern = "R1018";
    public const string NoEffect = "R1019";
    public const string Contradiction = "R1020";
    public const string BadOverride = "R1021";
    public const string MissingRowFields = "R1022";
    public const string BadRow = "R1023";
    public const string NameTwice = "R1024";
}
