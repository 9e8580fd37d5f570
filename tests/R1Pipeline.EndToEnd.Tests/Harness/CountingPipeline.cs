namespace R1Pipeline.EndToEnd.Tests.Harness;

/// <summary>Two stages for <see cref="R1.CountingWorker"/>: the first counts as slowly as it is told, the second takes its output.</summary>
internal static class CountingPipeline
{
    /// <summary>Writes the pipeline and what it needs into a folder; its file.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="steps">Steps of the first stage.</param>
    /// <param name="waitMilliseconds">Time that each of them takes.</param>
    /// <param name="waitingAttempts">Attempts whose steps take that time; later ones are done at once.</param>
    public static string Write(TemporaryFolder folder, int steps, int waitMilliseconds, int waitingAttempts = int.MaxValue)
    {
        // The folder's name tells the counting stage what to do; what lies in it lets the planner estimate.
        string model = $"steps={steps},wait-ms={waitMilliseconds},waiting-attempts={waitingAttempts}";
        Directory.CreateDirectory(Path.Combine(folder.Path, model));
        folder.Write(Path.Combine(model, "config.json"), """
            { "model_type": "qwen2", "hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "num_key_value_heads": 1,
              "intermediate_size": 16, "vocab_size": 32, "max_position_embeddings": 32 }
            """);
        return folder.Write($"counting-{steps}.yaml", $$"""
            name: counting-{{steps}}
            seed: 1
            data:
              worked: { generate: addition, split: worked, rows: 32 }
            stages:
              slow: { uses: import-model, with: { path: "{{model}}" } }
              quick: { uses: cold-start, model: slow, data: [worked], with: { epochs: 5, learning-rate: 1e-3 } }
            """);
    }
}
