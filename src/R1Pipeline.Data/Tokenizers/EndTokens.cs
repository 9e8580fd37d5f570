using System.Text.Json;
using System.Text.Json.Nodes;
using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Data.Tokenizers;

/// <summary>The tokens at which other software stops generating from a model folder: the <c>eos_token_id</c> of its configuration, one id or several.</summary>
public static class EndTokens
{
    /// <summary>The ids of <c>generation_config.json</c>, else of <c>config.json</c>; empty where neither names any.</summary>
    /// <exception cref="StageFailedException">UserData: a file is not JSON, or names something else than ids.</exception>
    public static IReadOnlyList<int> Read(string directory) =>
        OfFile(Path.Combine(directory, "generation_config.json")) ?? OfFile(Path.Combine(directory, "config.json")) ?? [];

    private static int[]? OfFile(string path)
    {
        if (!File.Exists(path)) return null;
        try
        {
            return (JsonNode.Parse(File.ReadAllBytes(path)) as JsonObject)?["eos_token_id"] switch
            {
                null => null,
                JsonArray ids => [.. ids.Select(id => Id(id, path))],
                JsonNode id => [Id(id, path)],
            };
        }
        catch (JsonException e)
        {
            throw new StageFailedException(StageFailureClass.UserData, $"{path} is not JSON: {e.Message}", e);
        }
    }

    private static int Id(JsonNode? node, string path) => node is JsonValue value && value.TryGetValue(out int id) && id >= 0
        ? id
        : throw new StageFailedException(StageFailureClass.UserData, $"{path} has the eos_token_id {node?.ToJsonString() ?? "null"}; a token id, or a list of them, is expected");
}
