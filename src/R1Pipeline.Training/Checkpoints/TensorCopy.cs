using static TorchSharp.torch;

namespace R1Pipeline.Training.Checkpoints;

/// <summary>
/// The bytes of a tensor in plain memory, which another thread may read while the tensor changes. The memory is reused from copy to copy;
/// nobody frees it: it lives as long as somebody may still write it out.
/// </summary>
internal sealed class TensorCopy
{
    private const long PieceElements = 1 << 24;

    private byte[][] _pieces = [];

    /// <summary>Bytes copied.</summary>
    public long Length { get; private set; }

    /// <summary>Copies a contiguous fp32 tensor.</summary>
    public void Take(Tensor tensor)
    {
        using IDisposable frozen = no_grad();
        using var scope = NewDisposeScope();
        Tensor flat = tensor.detach().view(-1);
        long count = flat.numel();
        if (Length != count * sizeof(float)) Allocate(count);
        // On the host already: no copy is made.
        for (int i = 0; i < _pieces.Length; i++)
            flat.narrow(0, i * PieceElements, _pieces[i].Length / sizeof(float)).cpu().bytes.CopyTo(_pieces[i]);
    }

    /// <summary>Writes them.</summary>
    public void Write(Stream stream)
    {
        foreach (byte[] piece in _pieces) stream.Write(piece);
    }

    private void Allocate(long count)
    {
        _pieces = new byte[(count + PieceElements - 1) / PieceElements][];
        for (int i = 0; i < _pieces.Length; i++)
            _pieces[i] = GC.AllocateUninitializedArray<byte>((int)(Math.Min(PieceElements, count - i * PieceElements) * sizeof(float)));
        Length = count * sizeof(float);
    }
}
