using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace R1Pipeline.Training.Tests.Runtime;

/// <summary>Which methods the methods of a compiled assembly call, or take the address of. Read from the file: nothing of it is loaded or run.</summary>
internal static class CompiledCalls
{
    private const byte TwoByteCode = 0xFE;

    private static readonly Dictionary<short, OpCode> Codes = typeof(OpCodes).GetFields().Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    /// <summary>The calls of every method that has a body, each method as <c>Namespace.Type+Nested::Name(parameters)result</c>, generic ones as they are defined.</summary>
    public static IReadOnlyList<(string Method, IReadOnlySet<string> Calls)> Of(string assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly));
        MetadataReader reader = file.GetMetadataReader();
        return [.. reader.MethodDefinitions
            .Select(handle => (Handle: handle, Address: reader.GetMethodDefinition(handle).RelativeVirtualAddress))
            .Where(method => method.Address != 0)
            .Select(method => (Name(reader, method.Handle), (IReadOnlySet<string>)Calls(reader, file.GetMethodBody(method.Address).GetILBytes()!).ToHashSet()))];
    }

    private static IEnumerable<string> Calls(MetadataReader reader, byte[] body)
    {
        for (int at = 0; at < body.Length;)
        {
            OpCode code = body[at] == TwoByteCode ? Codes[(short)((TwoByteCode << 8) | body[at + 1])] : Codes[body[at]];
            at += code.Size;
            if (code.OperandType == OperandType.InlineMethod) yield return Name(reader, MetadataTokens.EntityHandle(BitConverter.ToInt32(body, at)));
            at += code.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(body, at)),
                _ => 4,
            };
        }
    }

    private static string Name(MetadataReader reader, EntityHandle method)
    {
        switch (method.Kind)
        {
            case HandleKind.MethodSpecification:
                return Name(reader, reader.GetMethodSpecification((MethodSpecificationHandle)method).Method);
            case HandleKind.MemberReference:
                MemberReference reference = reader.GetMemberReference((MemberReferenceHandle)method);
                return Name(TypeNames.Of(reader, reference.Parent), reader.GetString(reference.Name), reference.DecodeMethodSignature(TypeNames.Instance, null));
            default:
                MethodDefinition definition = reader.GetMethodDefinition((MethodDefinitionHandle)method);
                return Name(TypeNames.Of(reader, definition.GetDeclaringType()), reader.GetString(definition.Name), definition.DecodeSignature(TypeNames.Instance, null));
        }
    }

    private static string Name(string type, string method, MethodSignature<string> signature) => $"{type}::{method}({string.Join(',', signature.ParameterTypes)}){signature.ReturnType}";
}
