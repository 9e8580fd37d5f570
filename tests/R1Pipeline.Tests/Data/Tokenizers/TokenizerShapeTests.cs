using System.Text.Json.Nodes;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Tokenizers;

namespace R1Pipeline.Tests.Data.Tokenizers;

/// <summary>Every place of a tokenizer's two files once with a value of every other kind: it loads all the same, or says what is wrong; it never crashes.</summary>
public sealed class TokenizerShapeTests : IDisposable
{
    private const int FirstOfMany = 3;

    private static readonly string[] Values = ["null", "7", "-1.5", "1e300", "\"x\"", "true", "[]", "[1]", "{}"];

    private readonly string _folder = Directory.CreateTempSubdirectory("r1-shape-").FullName;

    public static TheoryData<string, string> Files { get; } = new(
        from tokenizer in (string[])["words", "pieces"]
        from file in (string[])["tokenizer.json", "tokenizer_config.json"]
        select (tokenizer, file));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Files))]
    public void Load_ValueOfAnotherKind_IsUnderstoodOrRefused(string tokenizer, string file)
    {
        Create(tokenizer).Save(_folder);
        string path = Path.Combine(_folder, file), valid = File.ReadAllText(path);
        int refused = 0, tried = 0;
        foreach (object[] place in Places(JsonNode.Parse(valid)!))
        {
            foreach (string value in Values)
            {
                JsonNode root = JsonNode.Parse(valid)!;
                Set(root, place, JsonNode.Parse(value));
                File.WriteAllText(path, root.ToJsonString());
                Exception? failure = Record.Exception(() => TokenizerFolder.Load(_folder));
                Assert.True(failure is null or StageFailedException { Failure: StageFailureClass.UserData }, $"{file} with {value} at {string.Join('/', place)}: {failure}");
                tried++;
                if (failure is not null) refused++;
            }
        }

        Assert.True(tried > 10 && refused > 0 && refused < tried, $"{refused} of {tried} refused");
    }

    private static ITokenizer Create(string tokenizer) => tokenizer == "words"
        ? TokenizerNames.Create("addition")
        : BpeTrainer.Train(Enumerable.Repeat("the quick brown fox jumps over the lazy dog 123", 20), new TrainTokenizerOptions { VocabularySize = 280 });

    // The way to every node: keys and indices from the root. Of long lists the first entries stand for all.
    private static IEnumerable<object[]> Places(JsonNode node) => node switch
    {
        JsonObject part => part.Take(FirstOfMany * 4).SelectMany(pair => Below(pair.Key, pair.Value)),
        JsonArray list => list.Take(FirstOfMany).SelectMany((item, index) => Below(index, item)),
        _ => [],
    };

    private static IEnumerable<object[]> Below(object step, JsonNode? node) => [[step], .. node is null ? [] : Places(node).Select(rest => (object[])[step, .. rest])];

    private static void Set(JsonNode root, object[] place, JsonNode? value)
    {
        JsonNode parent = root;
        foreach (object step in place[..^1]) parent = step is int index ? parent[index]! : parent[(string)step]!;
        if (place[^1] is int last) parent[last] = value;
        else parent[(string)place[^1]] = value;
    }
}
