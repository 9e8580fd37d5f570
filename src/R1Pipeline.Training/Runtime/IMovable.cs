namespace R1Pipeline.Training.Runtime;

/// <summary>Something of tensors that can go to another device and come back with the same values.</summary>
public interface IMovable
{
    /// <summary>Where it lies.</summary>
    Placement Placement { get; }

    /// <summary>
    /// Copies it to <paramref name="placement"/>, also where it lies there already, and frees what it took before the call returns. Tensors that were taken from it before
    /// are dead from then on. When memory runs out on the way it stays where it was.
    /// </summary>
    void MoveTo(Placement placement);
}
