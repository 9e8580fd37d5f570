using System.Security.Cryptography;
using R1Pipeline.Contracts.Artifacts;

namespace R1Pipeline.Artifacts.Disk;

/// <summary>
/// A new file that is hashed while it is written and brought to the disk every 64 MiB, so that a long write moves on in sight of everybody and
/// no single fsync takes minutes. Forward only.
/// </summary>
/// <param name="path">The file; must not exist.</param>
/// <param name="progress">Told of every piece, in bytes; null: nobody listens.</param>
internal sealed class HashedFileStream(string path, Action<long>? progress) : Stream
{
    private const int PieceBytes = 8 << 20;
    private const long FlushBytes = 64L << 20;

    private readonly FileStream _file = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _length;
    private long _flushed;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => _length;

    public override long Position
    {
        get => _length;
        set => throw new NotSupportedException();
    }

    /// <summary>Brings the rest to the disk. Nothing may be written afterwards.</summary>
    /// <param name="name">The file's name in its manifest.</param>
    public FileEntry Seal(string name)
    {
        _file.Flush(flushToDisk: true);
        return new FileEntry(name, _length, Convert.ToHexStringLower(_hash.GetHashAndReset()));
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        for (int start = 0; start < buffer.Length; start += PieceBytes)
        {
            ReadOnlySpan<byte> piece = buffer.Slice(start, Math.Min(PieceBytes, buffer.Length - start));
            _file.Write(piece);
            _hash.AppendData(piece);
            _length += piece.Length;
            if (_length - _flushed >= FlushBytes)
            {
                _file.Flush(flushToDisk: true);
                _flushed = _length;
            }
            progress?.Invoke(piece.Length);
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
        // Nothing is buffered here.
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _file.Dispose();
            _hash.Dispose();
        }
        base.Dispose(disposing);
    }
}
