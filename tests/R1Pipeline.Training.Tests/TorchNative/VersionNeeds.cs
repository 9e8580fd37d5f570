using System.Buffers.Binary;
using System.Text;

namespace R1Pipeline.Training.Tests.TorchNative;

/// <summary>Reads the symbol versions that a 64-bit ELF file needs (section <c>.gnu.version_r</c>), with their weak marks. Written apart from the build task that it checks.</summary>
internal static class VersionNeeds
{
    private const uint VersionNeedSection = 0x6ffffffe;
    private const ushort Weak = 2;

    /// <summary>Version name → whether its need is weak.</summary>
    public static Dictionary<string, bool> Of(byte[] elf)
    {
        var needs = new Dictionary<string, bool>();
        int table = (int)BinaryPrimitives.ReadInt64LittleEndian(elf.AsSpan(0x28));
        int entry = BinaryPrimitives.ReadUInt16LittleEndian(elf.AsSpan(0x3A)), count = BinaryPrimitives.ReadUInt16LittleEndian(elf.AsSpan(0x3C));
        for (int section = table; section < table + count * entry; section += entry)
        {
            if (BinaryPrimitives.ReadUInt32LittleEndian(elf.AsSpan(section + 4)) != VersionNeedSection) continue;
            int strings = table + (BinaryPrimitives.ReadInt32LittleEndian(elf.AsSpan(section + 0x28)) * entry);
            int names = (int)BinaryPrimitives.ReadInt64LittleEndian(elf.AsSpan(strings + 0x18));
            int file = (int)BinaryPrimitives.ReadInt64LittleEndian(elf.AsSpan(section + 0x18));
            for (int left = BinaryPrimitives.ReadInt32LittleEndian(elf.AsSpan(section + 0x2C)); left > 0; left--)
            {
                int version = file + BinaryPrimitives.ReadInt32LittleEndian(elf.AsSpan(file + 8));
                for (int versions = BinaryPrimitives.ReadUInt16LittleEndian(elf.AsSpan(file + 2)); versions > 0; versions--)
                {
                    ReadOnlySpan<byte> name = elf.AsSpan(names + BinaryPrimitives.ReadInt32LittleEndian(elf.AsSpan(version + 8)));
                    bool weak = (BinaryPrimitives.ReadUInt16LittleEndian(elf.AsSpan(version + 4)) & Weak) != 0;
                    needs.TryAdd(Encoding.ASCII.GetString(name[..name.IndexOf((byte)0)]), weak);
                    version += BinaryPrimitives.ReadInt32LittleEndian(elf.AsSpan(version + 12));
                }
                file += BinaryPrimitives.ReadInt32LittleEndian(elf.AsSpan(file + 12));
            }
        }
        return needs;
    }
}
