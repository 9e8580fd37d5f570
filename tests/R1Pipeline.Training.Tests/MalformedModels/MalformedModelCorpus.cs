namespace R1Pipeline.Training.Tests.MalformedModels;

/// <summary>More than 200 malformed model folders, always the same ones: whatever is random about a folder is drawn from <see cref="Seed"/> and its name.</summary>
internal static class MalformedModelCorpus
{
    public const long Seed = 20250122;

    public static IReadOnlyList<MalformedModel> All { get; } = [.. HeaderDamage.All(), .. TensorDamage.All(), .. ShardDamage.All(), .. ConfigDamage.All(), .. TextDamage.All(), .. FileDamage.All()];
}
