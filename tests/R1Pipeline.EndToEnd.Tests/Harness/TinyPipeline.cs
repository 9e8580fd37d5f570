namespace R1Pipeline.EndToEnd.Tests.Harness;

/// <summary>Two stages that compute for a few seconds: enough to be killed in, nothing to learn from.</summary>
internal static class TinyPipeline
{
    /// <summary>The pipeline as text.</summary>
    /// <param name="rows">Documents of the base; 16 are a step.</param>
    /// <param name="baseOptions">More lines of the base's options, in flow style.</param>
    public static string Text(int rows = 1600, string baseOptions = "checkpoint-every-steps: 10") => $$"""
        name: tiny
        seed: 3
        data:
          corpus:   { generate: addition, split: corpus, rows: {{rows}} }
          worked:   { generate: addition, split: worked, rows: 32 }
        stages:
          base:
            uses: pretraining
            data: [corpus]
            with:
              {
                tokenizer: addition, batch-size: 16, learning-rate: 1e-3, warmup-steps: 5,
                model: { hidden-size: 48, num-layers: 2, intermediate-size: 128 }, {{baseOptions}}
              }
          cold-start:
            uses: cold-start
            model: base
            data: [worked]
            with: { epochs: 1, batch-size: 16, learning-rate: 5e-4, warmup-steps: 1 }
        """;
}
