using System.Text.Json.Nodes;
using R1Pipeline.Contracts.Randomness;
using R1Pipeline.Data.Tokenizers;

namespace R1Pipeline.Training.Tests.MalformedModels;

/// <summary>Tokenizers and chat templates that are missing, unreadable, too large for the model, or would never end.</summary>
internal static class TextDamage
{
    private const string Shared = "{% set ns = namespace(a=[], b=[]) %}{% for i in range(60) %}{% set ns.a = [ns.a, ns.a] %}{% set ns.b = [ns.b, ns.b] %}{% endfor %}";

    private const string Tokenizer = "tokenizer.json", Config = "tokenizer_config.json";

    public static IEnumerable<MalformedModel> All()
    {
        foreach (string file in (string[])[Tokenizer, Config])
        {
            yield return Whole($"{file}-missing", file, null);
            yield return Whole($"{file}-empty", file, _ => "");
            yield return Whole($"{file}-cut", file, text => text[..(text.Length / 2)]);
            yield return Whole($"{file}-a-list", file, _ => "[1]");
        }

        yield return Change("vocabulary-larger-than-the-model", Tokenizer, "vocabulary", root =>
        {
            JsonObject vocabulary = root["model"]!["vocab"]!.AsObject();
            for (int i = 0; i < 1000; i++) vocabulary[$"<more-{i}>"] = vocabulary.Count;
        });
        yield return Change("vocabulary-id-of-two-billion", Tokenizer, Tokenizer, root => root["model"]!["vocab"]!["<huge>"] = int.MaxValue);
        yield return Change("vocabulary-of-a-million", Tokenizer, Tokenizer, root =>
        {
            JsonObject vocabulary = root["model"]!["vocab"]!.AsObject();
            for (int i = 0; i < 1_000_000; i++) vocabulary[$"<more-{i}>"] = vocabulary.Count;
        });
        yield return Change("added-tokens-of-a-million", Tokenizer, Tokenizer, root => root["added_tokens"] = new JsonArray([.. Enumerable.Range(0, 1_000_000).Select(i => (JsonNode)i)]));
        yield return Change("added-token-with-another-id", Tokenizer, Tokenizer, root => root["added_tokens"]![0]!["id"] = root["model"]!["vocab"]!.AsObject().Count + 5);
        yield return Change("added-token-of-the-config-with-another-id", Config, Config, root => root["added_tokens_decoder"] = new JsonObject { ["99"] = new JsonObject { ["content"] = "<more>" } });
        yield return Whole("tokenizer-of-40-megabytes", Tokenizer, text => text + new string(' ', 40 << 20));
        yield return Whole("config-of-17-megabytes", Config, text => text + new string(' ', 17 << 20));
        yield return Whole("tokenizer-with-half-a-surrogate", Tokenizer, text => text.Replace("\"version\"", "\"\\ud800\": 1, \"version\"", StringComparison.Ordinal));
        yield return Whole("config-with-half-a-surrogate", Config, text => text.TrimStart().Insert(1, "\"more\": \"\\udc00\", "));
        yield return Bytes("pre-tokenizer-of-300000-steps", "pre-tokenizer", root => root["pre_tokenizer"] = Steps([.. Enumerable.Range(0, 300_000).Select(_ => new JsonObject { ["type"] = "Digits" })]));
        yield return Bytes("pre-tokenizer-with-a-number", "pre-tokenizer", root => root["pre_tokenizer"] = Steps([5]));
        yield return Bytes("pre-tokenizer-flag-is-a-text", "pre-tokenizer", root => root["pre_tokenizer"] = Steps([new JsonObject { ["type"] = "Digits", ["individual_digits"] = "yes" }]));
        yield return Bytes("pre-tokenizer-pattern-of-20-megabytes", "pre-tokenizer", root => root["pre_tokenizer"] = Steps([new JsonObject { ["type"] = "Split", ["pattern"] = new JsonObject { ["Regex"] = "(" + new string('a', 20 << 20) }, ["behavior"] = "Isolated" }]));
        yield return Change("added-token-of-20-megabytes", Tokenizer, Tokenizer, root => root["added_tokens"]![0]!["content"] = new string('a', 20 << 20));
        yield return Change("added-token-of-many-lines", Tokenizer, Tokenizer, root => root["added_tokens"]![0]!["content"] = new string('\n', 900));
        yield return Change("added-token-flag-is-a-text", Tokenizer, "added token", root => root["added_tokens"]![0]!["lstrip"] = "true");
        yield return Change("added-tokens-of-many-characters", Tokenizer, Tokenizer, root => root["added_tokens"] = new JsonArray([.. Enumerable.Range(0, 20_000).Select(i => (JsonNode)new JsonObject { ["id"] = root["model"]!["vocab"]!.AsObject().Count + i, ["content"] = new string('a', 100) + i })]));
        yield return Bytes("post-processor-without-end", "post-processor", root => root["post_processor"] = new JsonObject
        {
            ["type"] = "TemplateProcessing",
            ["single"] = new JsonArray([.. Enumerable.Range(0, 1000).Select(_ => (JsonNode)new JsonObject { ["SpecialToken"] = new JsonObject { ["id"] = "x" } })]),
            ["special_tokens"] = new JsonObject { ["x"] = new JsonObject { ["ids"] = new JsonArray([.. Enumerable.Repeat(0, 300_000).Select(id => (JsonNode)id)]) } },
        });
        yield return Bytes("post-processor-id-of-nobody", "post-processor", root => root["post_processor"] = new JsonObject
        {
            ["type"] = "TemplateProcessing",
            ["single"] = new JsonArray(new JsonObject { ["SpecialToken"] = new JsonObject { ["id"] = "x" } }, new JsonObject { ["Sequence"] = new JsonObject { ["id"] = "A" } }),
            ["special_tokens"] = new JsonObject { ["x"] = new JsonObject { ["ids"] = new JsonArray(4_000_000) } },
        });
        yield return Change("added-tokens-of-100000", Tokenizer, "added tokens", root => root["added_tokens"] = new JsonArray([.. Enumerable.Range(0, 100_000).Select(i => (JsonNode)new JsonObject { ["id"] = root["model"]!["vocab"]!.AsObject().Count + i, ["content"] = $"{i:x}" })]));
        yield return Change("pad-token-is-a-number", Config, Config, root => root["pad_token"] = 5);
        yield return Change("model-missing", Tokenizer, Tokenizer, root => root.Remove("model"));
        yield return Change("model-unknown", Tokenizer, "tokenizer", root => root["model"]!["type"] = "Unigram");
        yield return Change("end-token-unknown", Config, Config, root => root["eos_token"] = "<nowhere>");
        yield return Template("missing", null);
        yield return Change("template-is-a-number", Config, Config, root => root["chat_template"] = 5);
        yield return Change("template-is-a-list-of-texts", Config, Config, root => root["chat_template"] = new JsonArray("{{ 1 }}"));
        yield return Change("template-of-a-name-is-a-number", Config, Config, root => root["chat_template"] = new JsonArray(new JsonObject { ["name"] = "default", ["template"] = 5 }));
        yield return Change("templates-without-a-default", Config, "chat template", root => root["chat_template"] = new JsonArray(new JsonObject { ["name"] = "tool_use", ["template"] = "{{ 1 }}" }));
        yield return Change("template-default-twice", Config, "chat template", root => root["chat_template"] = new JsonArray([.. ((string[])["{% for message in messages %}{{ message.content }}{% endfor %}", "{{ frob("]).Select(text => (JsonNode)new JsonObject { ["name"] = "default", ["template"] = text })]));
        yield return Template("calls-itself", "{% macro again(x) %}{{ again(x) }}{% endmacro %}{{ again(1) }}");
        yield return Template("calls-in-a-circle", "{% macro a(x) %}{{ b(x) }}{% endmacro %}{% macro b(x) %}{{ a(x) }}{% endmacro %}{{ a(messages) }}");
        yield return Template("includes-itself", "{% include 'chat_template.jinja' %}");
        yield return Template("counts-for-ever", "{% for i in range(10 ** 12) %}{{ i }}{% endfor %}");
        yield return Template("grows-without-end", "{% set ns = namespace(t='aaaaaaaa') %}{% for i in range(60) %}{% set ns.t = ns.t + ns.t %}{% endfor %}{{ ns.t }}");
        yield return Template("open-block", "{% for message in messages %}{{ message.content }}");
        yield return Template("compares-shared-lists", Shared + "{{ ns.a == ns.b }}");
        yield return Template("sorts-shared-lists", Shared + "{{ [ns.a, ns.b] | sort }}");
        yield return Template("writes-shared-lists-as-json", Shared + "{{ ns.a | tojson }}");
        yield return Template("shows-shared-lists", Shared + "{{ ns.a }}");
        yield return Template("sorts-long-texts", "{{ (['X' * 2000000] * 1000) | sort | length }}");
        yield return Template("joins-without-end", "{{ (['a' * 1000000] * 1000) | join('b' * 1000000) }}");
        yield return Template("joins-by-the-method", "{{ ('b' * 1000000).join(['a'] * 1000) }}");
        yield return Template("formats-without-end", "{{ ('%1000000d' * 1000) % ((1,) * 1000) }}");
        yield return Template("indents-without-end", "{{ ('a\n' * 100000) | indent(1000) }}");
        yield return Template("replaces-without-end", "{{ ('a' * 100000).replace('a', 'b' * 100000) }}");
        yield return Template("fills-a-batch-without-end", "{{ [1] | batch(2000000000, 0) | list | length }}");
        yield return Template("takes-long-texts-apart", "{% set ns = namespace(x=[]) %}{% for i in range(100) %}{% set ns.x = ns.x + [('中' * 2000000) | list] %}{% endfor %}{{ ns.x | length }}");
        yield return Template("searches-without-end", "{% for i in range(100000) %}{{ ('a' * 500000 ~ 'b' ~ 'a' * 500000) in ('a' * 2000000) }}{% endfor %}");
        yield return Template("reads-long-texts-again-and-again", "{% set s = 'x' * 2000000 %}{% for i in range(100000) %}{{ s.find('y') }}{% endfor %}");
        yield return Template("sorts-what-has-no-order", "{{ [1, 'a', none] | sort }}");
        yield return Template("sorts-keys-that-have-no-order", "{{ {'a': 1, 2: 3} | tojson(sort_keys=true) }}");
        yield return Template("nested-deeply", "{{ " + new string('(', 20_000) + "1" + new string(')', 20_000) + " }}");
    }

    // The valid folder's own tokenizer is a list of words, which has no such parts.
    private static MalformedModel Bytes(string name, string named, Action<JsonObject> change)
    {
        MalformedModel changed = Change(name, Tokenizer, named, change);
        return changed with
        {
            Damage = (string directory, ref RandomStream random) =>
            {
                TokenizerNames.Create("bytes").Save(directory);
                changed.Damage(directory, ref random);
            },
        };
    }

    private static JsonObject Steps(params JsonNode[] steps) =>
        new() { ["type"] = "Sequence", ["pretokenizers"] = new JsonArray([.. steps, new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["use_regex"] = false }]) };

    private static MalformedModel Whole(string name, string file, Func<string, string>? change) => new($"text/{name}", ValidModels.Qwen2, file, (string directory, ref RandomStream _) =>
    {
        string path = Path.Combine(directory, file);
        if (change is null) File.Delete(path);
        else File.WriteAllText(path, change(File.ReadAllText(path)));
    });

    private static MalformedModel Change(string name, string file, string named, Action<JsonObject> change) => new($"text/{name}", ValidModels.Qwen2, named, (string directory, ref RandomStream _) =>
    {
        string path = Path.Combine(directory, file);
        JsonObject root = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        change(root);
        File.WriteAllText(path, root.ToJsonString());
    });

    private static MalformedModel Template(string name, string? jinja) => new($"text/template-{name}", ValidModels.Qwen2, "chat template", (string directory, ref RandomStream _) =>
    {
        string path = Path.Combine(directory, Config);
        JsonObject root = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        root["chat_template"] = jinja;
        File.WriteAllText(path, root.ToJsonString());
    });
}
