using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace R1Pipeline.Artifacts;

/// <summary>SHA-256 as this product writes it: 64 lower-case hex digits.</summary>
public static class Sha256
{
    /// <summary>Of a file's content.</summary>
    public static string OfFile(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
        return OfStream(stream);
    }

    /// <summary>Of what is left in a stream.</summary>
    public static string OfStream(Stream stream) => Convert.ToHexStringLower(SHA256.HashData(stream));

    /// <summary>Of what is left in a stream, piece by piece.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="progress">Told of every piece, in bytes; null: nobody listens.</param>
    public static string OfStream(Stream stream, Action<long>? progress)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] piece = ArrayPool<byte>.Shared.Rent(1 << 20);
        try
        {
            for (int read = stream.Read(piece); read > 0; read = stream.Read(piece))
            {
                hash.AppendData(piece, 0, read);
                progress?.Invoke(read);
            }
            return Convert.ToHexStringLower(hash.GetHashAndReset());
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }

    /// <summary>Of bytes.</summary>
    public static string OfBytes(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>Of a text in UTF-8.</summary>
    public static string OfText(string text) => OfBytes(Encoding.UTF8.GetBytes(text));
}
