using System.Runtime.InteropServices;

namespace R1Pipeline.Jail;

/// <summary>
/// A seccomp filter: no sockets, no namespaces, no tracing, no keys, no memory outside of processes, no way out of the process group, no kernel interfaces
/// that a program under test never needs.
/// </summary>
internal static unsafe class SystemCallFilter
{
    private const ushort Load = 0x20, JumpEqual = 0x15, JumpAtLeast = 0x35, JumpAny = 0x45, Return = 0x06;
    private const uint Allow = 0x7fff0000, Error = 0x00050000, Kill = 0x80000000, X64 = 0xc000003e;
    private const int NotPermitted = 1, NoSystemCall = 38, NoAddressFamily = 97;
    private const uint NamespaceFlags = 0x7e020080;

    // x86-64 numbers, in the order of the kernel's table but for the first three lines: memory and messages of System V and POSIX and memfd, which would outlive
    // the process or escape its limits; setpgid and setsid, because the group is what is killed; priorities of other processes of the user.
    private static readonly uint[] Denied =
    [
        29, 30, 31, 64, 65, 66, 67, 68, 69, 70, 71, 220, 240, 241, 242, 243, 244, 245, 319, 447,
        109, 112,
        141, 251,
        101, 103, 134, 153, 154, 155, 156, 159, 161, 163, 164, 165, 166, 167, 168, 169, 170, 171, 172, 173, 174, 175, 176, 177, 178, 179, 180,
        133, 227, 237, 238, 246, 248, 249, 250, 256, 259, 272, 279, 298, 300, 301, 303, 304, 305, 308, 310, 311, 312, 313, 320, 321, 323,
        425, 426, 427, 428, 429, 430, 431, 432, 433, 438, 440, 442, 443,
    ];

    // sched_setparam, sched_setscheduler, sched_setaffinity, prlimit64, sched_setattr: of the caller alone, which is 0.
    private static readonly uint[] OfItself = [142, 144, 203, 302, 314];

    /// <summary>Installs the filter for this process and all that come from it.</summary>
    /// <exception cref="InvalidOperationException">The kernel refused.</exception>
    public static void Install()
    {
        var program = new List<Instruction>
        {
            new(Load, 0, 0, 4),
            new(JumpEqual, 1, 0, X64),
            new(Return, 0, 0, Kill),
            new(Load, 0, 0, 0),
            new(JumpAtLeast, 0, 1, 0x40000000),
            new(Return, 0, 0, Error | NoSystemCall),
            new(JumpEqual, 0, 1, 41), // socket
            new(Return, 0, 0, Error | NoAddressFamily),
            new(JumpEqual, 0, 1, 435), // clone3: its flags lie in memory; the C library falls back to clone
            new(Return, 0, 0, Error | NoSystemCall),
        };
        foreach (uint number in Denied)
        {
            program.Add(new(JumpEqual, 0, 1, number));
            program.Add(new(Return, 0, 0, Error | NotPermitted));
        }
        foreach (uint number in OfItself)
        {
            program.AddRange([new(JumpEqual, 0, 4, number), new(Load, 0, 0, 16), new(JumpEqual, 0, 1, 0), new(Return, 0, 0, Allow), new(Return, 0, 0, Error | NotPermitted)]);
        }
        program.AddRange(
        [
            new(JumpEqual, 0, 4, 16), // ioctl: no typing into a terminal
            new(Load, 0, 0, 24),
            new(JumpEqual, 0, 1, 0x5412),
            new(Return, 0, 0, Error | NotPermitted),
            new(Return, 0, 0, Allow),
            new(JumpEqual, 0, 3, 56), // clone: no new namespaces
            new(Load, 0, 0, 16),
            new(JumpAny, 0, 1, NamespaceFlags),
            new(Return, 0, 0, Error | NotPermitted),
            new(Return, 0, 0, Allow),
        ]);
        Span<Instruction> instructions = CollectionsMarshal.AsSpan(program);
        fixed (Instruction* first = instructions)
        {
            byte* filter = stackalloc byte[16];
            *(ushort*)filter = (ushort)instructions.Length;
            *(nint*)(filter + 8) = (nint)first;
            if (Linux.Call(317, 1, 0, (nint)filter, 0) != 0) throw new InvalidOperationException("the kernel refused the seccomp filter");
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Instruction(ushort code, byte whenTrue, byte whenFalse, uint operand)
    {
        public readonly ushort Code = code;
        public readonly byte WhenTrue = whenTrue;
        public readonly byte WhenFalse = whenFalse;
        public readonly uint Operand = operand;
    }
}
