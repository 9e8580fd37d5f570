using R1Pipeline.Definition;

namespace R1Pipeline.Tests.Definition;

/// <summary>Every code, at its exact place. The file around each mistake is otherwise good, so that a follow-up message would show.</summary>
public sealed class DiagnosticPlaceTests
{
    private const string Data = """
        name: t
        data:
          rows:     { generate: addition, split: worked }
          problems: { generate: addition, split: problems }
          pairs:    { generate: addition, split: pairs }
          measure:  { generate: addition, split: held-out }
          talk:     { generate: addition, split: general }
        stages:
          base: { uses: pretraining, data: [rows], with: { tokenizer: addition } }
          rm:   { uses: reward-modeling, model: base, data: [pairs] }

        """;

    // The mistake stands in line 11.
    [Theory]
    [InlineData("x: { uses: cold-start, model: base, data: [rows], with: &a { epochs: 1 } }", "11:59 R1003", "anchor '&a'")]
    [InlineData("x: { uses: cold-start, model: *b, data: [rows] }", "11:33 R1003", "alias '*b'")]
    [InlineData("x: { uses: cold-start, model: !!str base, data: [rows] }", "11:33 R1003", "tag")]
    [InlineData("x: { uses: cold-start, model: base, data: [rows], <<: { seed: 1 } }", "11:53 R1003", "merge key")]
    [InlineData("x: { uses: cold-start, model: base, data: [rows], seed: 1, seed: 2 }", "11:62 R1004", "first in line 11")]
    [InlineData("x: { uses: cold-start, model: base, data: [rows], epochs: 2 }", "11:53 R1005", "belongs under 'with'")]
    [InlineData("x: { uses: cold-start, model: base, data: [rows], tasks: {} }", "11:53 R1005", "unknown key 'tasks'")]
    [InlineData("x: { uses: cold-start, model: base, data: [rows], with: { lerning-rate: 1e-4 } }", "11:61 R1005", "did you mean 'learning-rate'?")]
    [InlineData("x: { uses: pretraining, data: [rows], with: { tokenizer: bytes, model: { layers: 2 } } }", "11:76 R1005", "'model' of 'with' of stage 'x'")]
    [InlineData("x: { model: base, data: [rows] }", "11:3 R1006", "lacks the key 'uses'")]
    [InlineData("x: { uses: import-model }", "11:3 R1006", "lacks the key 'path'")]
    [InlineData("x: { uses: cold-start, model: base, data: [rows], gate: { data: measure } }", "11:59 R1006", "has no limit")]
    [InlineData("x: { uses: cold-start, model: base, data: [rows], gate: { at-least: 1 } }", "11:59 R1006", "lacks the key 'data'")]
    [InlineData("x: { uses: cold-start, model: base, data: [rows], with: { epochs: \"2\" } }", "11:69 R1007", "the text \"2\"")]
    [InlineData("x: { uses: cold-start, model: base, data: [rows], with: { epochs: 1.5 } }", "11:69 R1007", "a whole number from 1 to 1000")]
    [InlineData("x: { uses: cold-start, model: base, data: [rows], with: { epochs: null } }", "11:69 R1007", "is nothing")]
    [InlineData("x: { uses: cold-start, model: base, data: [rows], with: { learning-rate: fast } }", "11:76 R1007", "a number from 0 to 1")]
    [InlineData("x: { uses: cold-start, model: base, data: [rows], with: { packing: 1 } }", "11:70 R1007", "true or false")]
    [InlineData("x: { uses: cold-start, model: base, data: rows }", "11:45 R1007", "a list of sources")]
    [InlineData("x: { uses: cold-start, model: [base], data: [rows] }", "11:33 R1007", "is a list")]
    [InlineData("x: { uses: cold-start, model: base, data: [rows], with: [] }", "11:59 R1007", "accepted: a mapping")]
    [InlineData("x: [uses, cold-start]", "11:6 R1007", "accepted: a mapping")]
    [InlineData("x: { uses: train-tokenizer, data: [rows], with: { eos-token: 0 } }", "11:64 R1007", "put it in quotes")]
    [InlineData("x: { uses: cold-start, model: base, data: [rows], with: { epochs: 0 } }", "11:69 R1008", "accepted: a whole number from 1 to 1000")]
    [InlineData("x: { uses: cold-start, model: base, data: [rows], with: { epochs: 99999999999 } }", "11:69 R1008", "out of range")]
    [InlineData("x: { uses: cold-start, model: base, data: [rows], with: { schedule: cosin } }", "11:71 R1009", "did you mean 'cosine'?")]
    [InlineData("x: { uses: pretraining, data: [rows], with: { tokenizer: words } }", "11:60 R1009", "addition, bytes")]
    [InlineData("x: { uses: cold-start, model: base, data: [rows], gate: { data: measure, metric: pass_at_1, at-least: 0 } }", "11:84 R1009", "did you mean 'pass-at-1'?")]
    [InlineData("X_1: { uses: cold-start, model: base, data: [rows] }", "11:3 R1010", "cannot name a stage")]
    [InlineData("x: { uses: coldstart, model: base, data: [rows] }", "11:14 R1011", "did you mean 'cold-start'?")]
    [InlineData("x: { uses: cold-start, data: [rows] }", "11:3 R1012", "lacks its input 'model'")]
    [InlineData("x: { uses: cold-start, model: base }", "11:3 R1012", "lacks its input 'data'")]
    [InlineData("x: { uses: cold-start, model: base, data: [] }", "11:45 R1012", "'data' is empty")]
    [InlineData("x: { uses: pretraining, data: [rows] }", "11:3 R1012", "lacks a tokenizer")]
    [InlineData("x: { uses: evaluation, models: [base] }", "11:3 R1012", "lacks its 'tasks'")]
    [InlineData("x: { uses: all-scenario-rl, model: base, data: [problems, talk] }", "11:3 R1012", "reward-models")]
    [InlineData("x: { uses: cold-start, model: bases, data: [rows] }", "11:33 R1013", "did you mean 'base'?")]
    [InlineData("x: { uses: cold-start, model: base, data: [row] }", "11:46 R1013", "did you mean 'rows'?")]
    [InlineData("x: { uses: evaluation, models: [base], tasks: { a: { data: mesure } } }", "11:62 R1013", "did you mean 'measure'?")]
    [InlineData("x: { uses: evaluation, models: [base], tasks: { a: { data: measure } }, gate: { task: b, model: base, at-least: 0 } }", "11:89 R1013", "a task of stage 'x'")]
    [InlineData("x: { uses: evaluation, models: [base], tasks: { a: { data: measure } }, gate: { task: a, model: rm, at-least: 0 } }", "11:99 R1013", "one of the models")]
    [InlineData("x: { uses: cold-start, model: base, data: [rows], gate: { data: nope, at-least: 0 } }", "11:67 R1013", "no source 'nope'")]
    [InlineData("x: { uses: cold-start, model: rm, data: [rows] }", "11:33 R1014", "puts out a reward model")]
    [InlineData("x: { uses: cold-start, model: rows, data: [rows] }", "11:33 R1014", "is a data source")]
    [InlineData("x: { uses: cold-start, model: base, data: [base] }", "11:46 R1014", "puts out a model")]
    [InlineData("x: { uses: all-scenario-rl, model: base, reward-models: { a: base }, data: [problems, talk] }", "11:64 R1014", "a stage that puts out a reward model: rm")]
    [InlineData("x: { uses: evaluation, models: [base], tasks: { a: { data: base } } }", "11:62 R1014", "is a stage")]
    [InlineData("x: { uses: cold-start, model: x, data: [rows] }", "11:33 R1015", "x -> x")]
    [InlineData("x: { uses: import-model, with: { path: nowhere } }", "11:42 R1017", "does not exist")]
    [InlineData("x: { uses: import-model, with: { path: . } }", "11:42 R1017", "no config.json")]
    [InlineData("x: { uses: cold-start, model: base, data: [rows], with: { schedule: constant, end-learning-rate: 0 } }", "11:81 R1019", "'schedule: constant'")]
    [InlineData("x: { uses: train-tokenizer, data: [rows], with: { keep-checkpoints: 3 } }", "11:53 R1019", "ends in one piece")]
    [InlineData("x: { uses: train-tokenizer, data: [rows], with: { precision: bf16 } }", "11:53 R1019", "computes with no model")]
    [InlineData("x: { uses: reasoning-rl, model: base, data: [problems], with: { offload: [moments] } }", "11:77 R1009", "reference, reward-models, optimizer")]
    [InlineData("x: { uses: reasoning-rl, model: base, data: [problems], with: { offload: [optimizer, optimizer] } }", "11:76 R1020", "lists a part twice")]
    [InlineData("x: { uses: reasoning-rl, model: base, data: [problems], with: { offload: [reward-models] } }", "11:76 R1020", "take no part in this stage")]
    [InlineData("x: { uses: reasoning-rl, model: base, data: [problems], with: { offload: [reference], kl-weight: 0 } }", "11:76 R1020", "there is none")]
    [InlineData("x: { uses: all-scenario-rl, model: base, data: [problems, talk], with: { general-questions: 0, offload: [reward-models] } }", "11:107 R1020", "has none under 'reward-models'")]
    [InlineData("x: { uses: reasoning-rl, model: base, data: [problems], with: { accuracy-gain-iteration: 9 } }", "11:67 R1019", "without 'min-accuracy-gain'")]
    [InlineData("x: { uses: reasoning-rl, model: base, data: [problems], with: { advantage-scale: none, advantage-std: eps } }", "11:90 R1019", "divides by nothing")]
    [InlineData("x: { uses: rejection-sampling, model: base, data: [problems], with: { general-rows-when-none-kept: 3 } }", "11:73 R1019", "unless 'min-kept' is 0")]
    [InlineData("x: { uses: all-scenario-rl, model: base, data: [problems], with: { general-questions: 0, reward-model-scale: 1 } }", "11:92 R1019", "without 'reward-models'")]
    [InlineData("x: { uses: all-scenario-rl, model: base, reward-models: { good: rm }, data: [problems, talk], with: { rewards: { general: { good: 1, nice: 1 } } } }", "11:136 R1005", "accepted: format, language, good")]
    [InlineData("x: { uses: all-scenario-rl, model: base, reward-models: { good: rm }, data: [problems, talk], with: { rewards: { general: { good: 1, accuracy: 1 } } } }", "11:136 R1005", "no answer to check on general prompts")]
    [InlineData("x: { uses: all-scenario-rl, model: base, reward-models: { good: rm }, data: [problems, talk], with: { rewards: { reasoning: { accuracy: 1, good: 1 } } } }", "11:142 R1005", "rewarded by rules alone")]
    [InlineData("x: { uses: all-scenario-rl, model: base, reward-models: { good: rm }, data: [problems, talk], with: { rewards: { safety: { good: 101 } } } }", "11:132 R1008", "a mapping of names to numbers from 0 to 100")]
    [InlineData("x: { uses: all-scenario-rl, model: base, reward-models: { good: rm }, data: [problems, talk], with: { rewards: { safety: { good: high } } } }", "11:132 R1007", "a mapping of names to numbers from 0 to 100")]
    [InlineData("x: { uses: all-scenario-rl, model: base, reward-models: { good: rm }, data: [problems, talk], with: { rewards: { safety: [good] } } }", "11:124 R1007", "accepted: a mapping")]
    [InlineData("x: { uses: all-scenario-rl, model: base, reward-models: { good: rm }, data: [problems, talk], with: { rewards: { general: { good: 0 } } } }", "11:125 R1020", "nothing to learn from")]
    [InlineData("x: { uses: all-scenario-rl, model: base, reward-models: { good: rm }, data: [problems, talk], with: { rewards: { reasoning: { accuracy: 1 } }, accuracy-weight: 2 } }", "11:146 R1019", "beside 'rewards'")]
    [InlineData("x: { uses: all-scenario-rl, model: base, reward-models: { good: rm }, data: [problems, talk], with: { reward-model-map: none, reward-model-scale: 1 } }", "11:129 R1019", "unless 'reward-model-map' is sigmoid")]
    [InlineData("x: { uses: all-scenario-rl, model: base, reward-models: { good: rm }, data: [problems, talk], with: { reward-model-clip: 1 } }", "11:105 R1019", "unless 'reward-model-map' is clipped")]
    [InlineData("x: { uses: reasoning-rl, model: base, data: [problems], with: { held-out-every-iterations: 4 } }", "11:67 R1019", "without 'held-out-questions'")]
    [InlineData("x: { uses: reasoning-rl, model: base, data: [problems], with: { held-out-questions: 4, held-out-every-iterations: 11 } }", "11:117 R1020", "would miss measurements")]
    [InlineData("x: { uses: reasoning-rl, model: base, data: [problems], with: { alarms: { windows: 4 } } }", "11:77 R1005", "did you mean 'window'?")]
    [InlineData("x: { uses: cold-start, model: base, data: [rows], gate: { data: measure, task: a, at-least: 0 } }", "11:76 R1019", "measures its own output")]
    [InlineData("x: { uses: evaluation, models: [base], tasks: { a: { data: measure } }, gate: { task: a, model: base, rows: 3, at-least: 0 } }", "11:105 R1019", "takes it from the task")]
    [InlineData("x: { uses: evaluation, models: [base], tasks: { a: { data: measure, temperature: 0, samples: 4 } } }", "11:87 R1019", "temperature 0")]
    [InlineData("x: { uses: pretraining, data: [rows], with: { tokenizer: bytes, model: { num-kv-heads: 3 } } }", "11:90 R1020", "does not divide 'num-heads' 4")]
    [InlineData("x: { uses: pretraining, data: [rows], with: { tokenizer: bytes, model: { hidden-size: 90 } } }", "11:89 R1020", "no multiple of 'num-heads'")]
    [InlineData("x: { uses: pretraining, data: [rows], with: { tokenizer: bytes, max-tokens: 256 } }", "11:79 R1020", "'context-tokens' 128")]
    [InlineData("x: { uses: reasoning-rl, model: base, data: [problems], with: { questions: 2, group-size: 2, minibatches: 5 } }", "11:109 R1020", "has 4 outputs")]
    [InlineData("x: { uses: reasoning-rl, model: base, data: [problems], with: { iterations: 9, min-accuracy-gain: 0.1 } }", "11:101 R1020", "would never be measured")]
    [InlineData("x: { uses: cold-start, model: base, data: [rows], with: { learning-rate: 1e-5, end-learning-rate: 1e-4 } }", "11:101 R1020", "above the peak")]
    [InlineData("x: { uses: cold-start, model: base, data: [rows], with: { device: gpu } }", "11:69 R1020", "accepted: auto, cpu, cuda, cuda:N")]
    [InlineData("x: { uses: cold-start, model: base, data: [problems] }", "11:46 R1022", "split 'problems' (prompt, gold)")]
    [InlineData("x: { uses: evaluation, models: [base], tasks: { a: { data: rows } } }", "11:62 R1022", "task 'a' needs prompt and gold, or prompt and must")]
    [InlineData("x: { uses: rejection-sampling, model: base, data: [rows] }", "11:54 R1022", "no row of its data has a gold answer")]
    [InlineData("x: { uses: all-scenario-rl, model: base, reward-models: { a: rm }, data: [talk] }", "11:77 R1022", "needs problems")]
    [InlineData("x: { uses: all-scenario-rl, model: base, reward-models: { a: rm }, data: [problems] }", "11:77 R1022", "plans general questions")]
    [InlineData("x: { uses: import-model, with: { path: m }, gate: { data: measure, at-least: 0 } }", "11:42 R1017,11:47 R1005", "model folder")]
    [InlineData("rows: { uses: cold-start, model: base, data: [pairs] }", "11:3 R1024,11:49 R1022", "data source of line 3")]
    [InlineData("x: { uses: cold-start, model: base, data: [rows, rows] }", "11:52 R1024", "listed twice")]
    [InlineData("x: { uses: cold-start, model: base, data: [rows], with: { lora: 8 } }", "11:67 R1007", "accepted: a mapping")]
    [InlineData("x: { uses: cold-start, model: base, data: [rows], with: { lora: { rang: 8 } } }", "11:69 R1005", "did you mean 'rank'?")]
    [InlineData("x: { uses: cold-start, model: base, data: [rows], with: { lora: { rank: 0 } } }", "11:75 R1008", "from 1 to 4096")]
    [InlineData("x: { uses: cold-start, model: base, data: [rows], with: { lora: { targets: [q_proj, v_prj] } } }", "11:87 R1009", "did you mean 'v_proj'?")]
    [InlineData("x: { uses: cold-start, model: base, data: [rows], with: { lora: { targets: q_proj } } }", "11:78 R1007", "a list of some of q_proj")]
    [InlineData("x: { uses: cold-start, model: base, data: [rows], with: { lora: { targets: [] } } }", "11:78 R1020", "nothing would be trained")]
    [InlineData("x: { uses: cold-start, model: base, data: [rows], with: { lora: { targets: [q_proj, q_proj] } } }", "11:78 R1020", "twice")]
    [InlineData("x: { uses: reasoning-rl, model: base, data: [problems], with: { lora: { dropout: 0.1 } } }", "11:84 R1020", "sampled without dropout")]
    [InlineData("x: { uses: cold-start, model: base, data: [rows], with: { expert-bias-step: 0.001, lora: {} } }", "11:79 R1020", "stays as it is with 'lora'")]
    [InlineData("x: { uses: pretraining, data: [rows], with: { tokenizer: bytes, lora: {} } }", "11:67 R1005", "unknown key 'lora'")]
    public void Compile_MistakeInAStage_IsReportedAtItsPlace(string stage, string places, string words)
    {
        using var folder = new PipelineFolder();
        CompileResult result = folder.Compile(Data + "  " + stage);

        Assert.Equal(places.Split(','), folder.Short(result));
        Assert.Contains(words, result.Diagnostics[0].Message);
        Assert.Null(result.Definition);
    }

    // The mistake stands in line 3.
    [Theory]
    [InlineData("a: { generate: addition, split: worked, row: 3 }", "3:43 R1005", "did you mean 'rows'?")]
    [InlineData("a: { path: p.jsonl, fields: { promt: q } }", "3:33 R1005", "did you mean 'prompt'?")]
    [InlineData("a: {}", "3:3 R1006", "'path'")]
    [InlineData("a: { generate: addition }", "3:3 R1006", "lacks the key 'split'")]
    [InlineData("a: p.jsonl", "3:6 R1007", "a mapping")]
    [InlineData("a: { path: p.jsonl, fields: [q] }", "3:31 R1007", "a mapping")]
    [InlineData("a: { path: p.jsonl, fields: { prompt: {} } }", "3:41 R1007", "a key of the file")]
    [InlineData("a: { path: p.jsonl, rows: 0 }", "3:29 R1008", "from 1 to")]
    [InlineData("a: { generate: addition, split: worked, rows: 0 }", "3:49 R1008", "from 1 to")]
    [InlineData("a: { generate: additon, split: worked }", "3:18 R1009", "did you mean 'addition'?")]
    [InlineData("a: { path: p.jsonl, language: fr }", "3:33 R1009", "en, zh")]
    [InlineData("a: { path: p.jsonl, fields: { prompt: [] } }", "3:41 R1009", "lists no key")]
    [InlineData("a b: { path: p.jsonl }", "3:3 R1010", "cannot name a data source")]
    [InlineData("a: { path: gone.jsonl }", "3:14 R1016", "does not exist")]
    [InlineData("a: { path: . }", "3:14 R1016", "is a folder")]
    [InlineData("root: gone\n  a: { path: p.jsonl }", "3:9 R1016", "data folder")]
    [InlineData("a: { path: p.jsonl, remove: ['<<[^>'] }", "3:32 R1018", "no regular expression")]
    [InlineData("a: { generate: addition, split: worked, careless: 0.1 }", "3:43 R1019", "outside the split 'corpus'")]
    [InlineData("a: { generate: addition, split: problems, unhelpful: 0.1 }", "3:45 R1019", "outside the split 'general'")]
    [InlineData("a: { generate: addition, split: general, label-flip: 0.1 }", "3:44 R1019", "outside the split 'pairs'")]
    public void Compile_MistakeInASource_IsReportedAtItsPlace(string source, string place, string words)
    {
        using var folder = new PipelineFolder();
        folder.Write("p.jsonl", """{"prompt": "q", "response": "a"}""");
        folder.Write("m/config.json", "{}");
        CompileResult result = folder.Compile($"name: t\ndata:\n  {source}\nstages:\n  m: {{ uses: import-model, with: {{ path: m }} }}\n");

        Assert.Equal([place], folder.Short(result));
        Assert.Contains(words, result.Diagnostics[0].Message);
    }

    [Theory]
    [InlineData("name: t\nstages: [", "3:1 R1001")]
    [InlineData("name: t\n\tstages: {}", "1:7 R1001")]
    [InlineData("", "1:1 R1002")]
    [InlineData("# nothing\n", "1:1 R1002")]
    [InlineData("name: t\nstages: { m: { uses: import-model, with: { path: m } } }\n---\nname: u", "3:1 R1003")]
    [InlineData("stages: { m: { uses: import-model, with: { path: m } } }", "1:1 R1006")]
    [InlineData("name: t", "1:1 R1006")]
    [InlineData("- name: t", "1:1 R1007")]
    [InlineData("name: 12\nstages: { m: { uses: import-model, with: { path: m } } }", "1:7 R1007")]
    [InlineData("name: t\nseed: one\nstages: { m: { uses: import-model, with: { path: m } } }", "2:7 R1007")]
    [InlineData("name: t\nstages: {}", "2:9 R1012")]
    public void Compile_MistakeAtTheTop_IsReportedAtItsPlace(string yaml, string place)
    {
        using var folder = new PipelineFolder();
        folder.Write("m/config.json", "{}");
        CompileResult result = folder.Compile(yaml);

        Assert.Equal([place], folder.Short(result));
    }

    [Fact]
    public void Compile_MissingPipelineFile_IsNamed()
    {
        using var folder = new PipelineFolder();
        string path = Path.Combine(folder.Root, "gone.yaml");
        var problem = PipelineFolder.Only(PipelineCompiler.Compile(path, []));

        Assert.Equal($"{path}: R1002: the pipeline file cannot be read: there is no such file", problem.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("a\0b")]
    public void Compile_PathThatIsNoFile_IsSaid(string path) => Assert.Equal("R1002", PipelineFolder.Only(PipelineCompiler.Compile(path, [])).Code);

    [Fact]
    public void Compile_NestingBomb_IsRefused()
    {
        using var folder = new PipelineFolder();
        CompileResult result = folder.Compile("name: t\nstages: " + new string('[', 5000) + new string(']', 5000));

        Assert.Contains("R1003", result.Diagnostics.Select(problem => problem.Code));
    }

    [Fact]
    public void Compile_LongCycle_IsNamedInFull()
    {
        using var folder = new PipelineFolder();
        CompileResult result = folder.Compile(Data + """
              a: { uses: cold-start, model: b, data: [rows] }
              b: { uses: cold-start, model: base, data: [c] }
              c: { uses: rejection-sampling, model: a, data: [problems] }
            """);

        Assert.Equal(["13:41 R1015"], folder.Short(result));
        Assert.Contains("a -> b -> c -> a", result.Diagnostics[0].Message);
    }
}
