using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Pipelines;
using R1Pipeline.Definition.Binding;
using R1Pipeline.Definition.Diagnostics;

namespace R1Pipeline.Definition.Rules;

/// <summary>Options of one stage against each other and against its inputs.</summary>
internal sealed class StageOptionRules(CompileContext context)
{
    /// <summary>Checks one stage.</summary>
    public void Check(BoundStage stage)
    {
        if (stage.Kind is not { } kind || stage.Options is not { } bound) return;
        var checks = new OptionChecks(context, bound);
        checks.NoEffect(!kind.HasCheckpoints, StageKind.CheckpointOptions, $"in a stage of kind {kind.Name}, which ends in one piece");
        checks.NoEffect(!kind.HasCheckpoints, StageKind.ComputeOptions, $"in a stage of kind {kind.Name}, which computes with no model");
        checks.Contradiction(
            bound.Value is StageOptions { Device: { } device } && !ComputeDevice.IsKnown(device),
            $"'device' is '{(bound.Value as StageOptions)?.Device}', which is no device; accepted: {ComputeDevice.Words}", "device");
        if (kind.HasCheckpoints && bound.Value is StageOptions options) checks.NoEffect(options.KeepBest == 0 && !checks.IsBroken("keep-best"), ["keep-best-metric", "keep-best-order"], "without 'keep-best'");
        if (bound.Value is OptimizerOptions optimizer) CheckOptimizer(checks, optimizer);
        if (bound.Value is GrpoOptions grpo) CheckGrpo(checks, grpo);
        if (bound.Nested.TryGetValue("lora", out BoundOptions? lora)) CheckLora(checks, (OptimizerOptions)bound.Value, lora);
        new JudgeRules(context).Check(stage, bound);
        switch (bound.Value)
        {
            case PretrainingOptions pretraining: CheckPretraining(stage, checks, pretraining); break;
            case AllScenarioRlOptions allScenario: CheckAllScenario(stage, checks, allScenario); break;
            case RewardModelingOptions reward: CheckRewardModeling(checks, reward); break;
            case RejectionSamplingOptions sampling: CheckRejectionSampling(checks, sampling); break;
            case TrainTokenizerOptions tokenizer: CheckTokenizer(checks, tokenizer); break;
        }
    }

    private static void CheckOptimizer(OptionChecks checks, OptimizerOptions options)
    {
        checks.NoEffect(options.Schedule == LearningRateSchedule.Constant, "end-learning-rate", "with 'schedule: constant'");
        checks.Contradiction(
            options.Schedule != LearningRateSchedule.Constant && options.EndLearningRate > options.LearningRate,
            $"'end-learning-rate' is {options.EndLearningRate}, above the peak 'learning-rate' {options.LearningRate}; accepted: at most the peak", "end-learning-rate", "learning-rate");
    }

    private static void CheckGrpo(OptionChecks checks, GrpoOptions options)
    {
        long rollouts = (long)options.Questions * options.GroupSize;
        checks.Contradiction(options.Minibatches > rollouts, $"'minibatches' is {options.Minibatches}, but an iteration has {rollouts} outputs (questions x group-size); accepted: at most {rollouts}", "minibatches", "questions", "group-size");
        checks.Contradiction(
            options.ClipEpsilonHigh < options.ClipEpsilon,
            $"'clip-epsilon-high' is {options.ClipEpsilonHigh}, below 'clip-epsilon' {options.ClipEpsilon}; accepted: at least as much", "clip-epsilon-high", "clip-epsilon");
        checks.NoEffect(options.AdvantageScale == AdvantageScale.None, ["advantage-std", "advantage-std-value", "advantage-std-ddof"], "with 'advantage-scale: none', which divides by nothing");
        checks.NoEffect(options.MinAccuracyGain is null && !checks.IsBroken("min-accuracy-gain"), "accuracy-gain-iteration", "without 'min-accuracy-gain'");
        checks.Contradiction(
            options.MinAccuracyGain is not null && options.AccuracyGainIteration > options.Iterations,
            $"'accuracy-gain-iteration' is {options.AccuracyGainIteration}, but the stage ends after {options.Iterations} iterations: the gate would never be measured; accepted: 6 to {options.Iterations}", "accuracy-gain-iteration", "min-accuracy-gain", "iterations");
        checks.NoEffect(options.HeldOutQuestions is null && !checks.IsBroken("held-out-questions"), "held-out-every-iterations", "without 'held-out-questions'");
        checks.Contradiction(
            options.HeldOutQuestions is not null && options.Alarms.RewardRise is not null && options.HeldOutEveryIterations > options.Alarms.Window / 2,
            $"'held-out-every-iterations' is {options.HeldOutEveryIterations}, more than half of the {options.Alarms.Window} iterations of 'alarms.window': the alarm reward-without-accuracy would miss measurements; accepted: at most half, or 'alarms: {{ reward-rise: null }}'",
            "held-out-every-iterations", "alarms");
        checks.Contradiction(
            options.Shaping is { OverlongWeight: > 0 } shaping && shaping.OverlongBufferTokens > options.MaxNewTokens,
            $"'shaping' punishes over {options.Shaping?.OverlongBufferTokens} tokens, but an output has at most {options.MaxNewTokens}; accepted: overlong-buffer-tokens up to max-new-tokens", "shaping", "max-new-tokens");
        checks.Contradiction(options.Offload is { } parts && parts.Distinct().Count() != parts.Count, "'offload' lists a part twice; accepted: each once", "offload");
        checks.Contradiction(
            options.Offloads(OffloadedParts.Reference) && options is { KlWeight: 0, MaxKl: null },
            "'offload' names the reference, and with 'kl-weight: 0' and no 'max-kl' there is none; accepted: leave it out", "offload", "kl-weight", "max-kl");
        checks.Contradiction(
            options.Offloads(OffloadedParts.RewardModels) && options is not AllScenarioRlOptions,
            "'offload' names reward models, which take no part in this stage; accepted: reference, optimizer", "offload");
        checks.Contradiction(
            options is { AccuracyWeight: 0, FormatWeight: 0, LanguageWeight: 0 } and not AllScenarioRlOptions,
            "all reward weights are 0: there is nothing to learn from; accepted: one weight above 0 at least", "accuracy-weight", "format-weight", "language-weight");
    }

    private void CheckLora(OptionChecks stage, OptimizerOptions options, BoundOptions bound)
    {
        var (checks, lora) = (new OptionChecks(context, bound), (LoraOptions)bound.Value);
        checks.Contradiction(lora.Targets is { Count: 0 }, "'targets' is an empty list: nothing would be trained; accepted: one projection at least, or null for all", "targets");
        checks.Contradiction(lora.Targets is { } targets && targets.Distinct().Count() != targets.Count, "'targets' lists a projection twice; accepted: each once", "targets");
        checks.Contradiction(
            lora.Dropout > 0 && options is GrpoOptions,
            $"'dropout' is {lora.Dropout} in an RL stage, whose ratios compare with outputs that were sampled without dropout; accepted: 0", "dropout");
        stage.Contradiction(
            options.ExpertBiasStep > 0,
            "'expert-bias-step' moves the routing bias of the model, which stays as it is with 'lora'; accepted: 0, or 'expert-balance-weight' in its place", "expert-bias-step");
    }

    private void CheckPretraining(BoundStage stage, OptionChecks checks, PretrainingOptions options)
    {
        bool hasInput = stage.References.Any(reference => reference.Role == "tokenizer");
        checks.Contradiction(hasInput && options.Tokenizer is not null, $"{stage.Words} has two tokenizers, its input and 'with.tokenizer'; accepted: one of them", "tokenizer");
        if (!hasInput && options.Tokenizer is null && !checks.IsBroken("tokenizer"))
            context.Report(stage.Mark, DiagnosticCodes.MissingInput, $"{stage.Words} lacks a tokenizer; accepted: 'tokenizer: STAGE' of a stage that puts out a tokenizer, or 'with: {{ tokenizer: addition | bytes }}'");

        BoundOptions bound = stage.Options!.Nested["model"];
        var model = new OptionChecks(context, bound);
        ModelShapeOptions shape = options.Model;
        model.Contradiction(shape.NumHeads % shape.NumKvHeads != 0, $"'num-kv-heads' is {shape.NumKvHeads}, which does not divide 'num-heads' {shape.NumHeads}; accepted: a divisor of it", "num-kv-heads", "num-heads");
        model.Contradiction(shape.HiddenSize % shape.NumHeads != 0, $"'hidden-size' is {shape.HiddenSize}, which is no multiple of 'num-heads' {shape.NumHeads}; accepted: a multiple of it", "hidden-size", "num-heads");
        model.Contradiction(
            shape.HiddenSize % shape.NumHeads == 0 && shape.HiddenSize / shape.NumHeads % 2 != 0,
            $"a head is {shape.HiddenSize / Math.Max(1, shape.NumHeads)} wide (hidden-size / num-heads), but rotary positions need an even width; accepted: an even one", "hidden-size", "num-heads");
        checks.Contradiction(options.MaxTokens > shape.ContextTokens && !model.IsBroken("context-tokens"), $"'max-tokens' is {options.MaxTokens}, more than the model's 'context-tokens' {shape.ContextTokens}; accepted: at most that", "max-tokens");
    }

    private void CheckAllScenario(BoundStage stage, OptionChecks checks, AllScenarioRlOptions options)
    {
        bool hasRewardModel = stage.References.Any(reference => reference.Role == "reward-models");
        checks.Contradiction(options.GeneralQuestions > options.Questions, $"'general-questions' is {options.GeneralQuestions}, more than the {options.Questions} 'questions' of an iteration; accepted: 0 to {options.Questions}", "general-questions", "questions");
        checks.NoEffect(options.GeneralQuestions == 0, "general-from-iteration", "with 'general-questions: 0'");
        checks.Contradiction(
            options.GeneralQuestions > 0 && options.GeneralFromIteration > options.Iterations,
            $"'general-from-iteration' is {options.GeneralFromIteration}, but the stage ends after {options.Iterations} iterations: no general prompt would be drawn; accepted: 1 to {options.Iterations}", "general-from-iteration", "iterations");
        checks.Contradiction(
            !hasRewardModel && options.Offloads(OffloadedParts.RewardModels),
            "'offload' names reward models, and the stage has none under 'reward-models'; accepted: reference, optimizer", "offload");
        checks.NoEffect(!hasRewardModel, ["reward-model-weight", "reward-model-map", "reward-model-scale", "reward-model-clip"], "without 'reward-models'");
        checks.NoEffect(options.RewardModelMap is not (null or RewardModelMap.Sigmoid), "reward-model-scale", "unless 'reward-model-map' is sigmoid");
        checks.NoEffect(hasRewardModel && options.RewardModelMap != RewardModelMap.Clipped, "reward-model-clip", "unless 'reward-model-map' is clipped");
        if (stage.Options!.Nested.TryGetValue("rewards", out BoundOptions? rewards)) new RewardCompositionRules(context).Check(stage, checks, rewards);
        if (options.GeneralQuestions > 0 && !hasRewardModel && options.Judge is null && !checks.IsBroken("general-questions") && !checks.IsBroken("judge"))
            context.Report(stage.Mark, DiagnosticCodes.MissingInput, $"{stage.Words} lacks its input 'reward-models': its general prompts have no other judge of their content; accepted: a mapping of names to stages that put out a reward model, 'with: {{ judge: … }}', or 'general-questions: 0'");
        checks.NoEffect(options.Judge is null && !checks.IsBroken("judge"), "judge-weight", "without 'judge'");
        checks.NoEffect(options is { Judge: not null, GeneralQuestions: 0 }, "judge", "with 'general-questions: 0'");
    }

    private static void CheckRejectionSampling(OptionChecks checks, RejectionSamplingOptions options)
    {
        checks.NoEffect(options.MinKept > 0 && !checks.IsBroken("min-kept"), "general-rows-when-none-kept", "unless 'min-kept' is 0");
        checks.Contradiction(options.KeepPerProblem > options.Samples && checks.IsGiven("keep-per-problem"), $"'keep-per-problem' is {options.KeepPerProblem}, but only {options.Samples} 'samples' are drawn; accepted: 1 to {options.Samples}", "keep-per-problem", "samples");
        checks.Contradiction(
            options.MaxKeptTokens > options.MaxNewTokens,
            $"'max-kept-tokens' is {options.MaxKeptTokens}, more than 'max-new-tokens' {options.MaxNewTokens}: the filter would never bind; accepted: at most {options.MaxNewTokens}", "max-kept-tokens", "max-new-tokens");
    }

    private static void CheckRewardModeling(OptionChecks checks, RewardModelingOptions options)
    {
        if (checks.IsBroken("objective")) return;
        bool pointwise = RewardModelingOptions.IsPointwise(options);
        checks.NoEffect(pointwise, "min-pair-accuracy", "with 'objective: pointwise', which has no pairs; 'min-auc' is its gate");
        checks.NoEffect(!pointwise, "min-auc", "without 'objective: pointwise'; 'min-pair-accuracy' is the gate of pairs");
    }

    private static void CheckTokenizer(OptionChecks checks, TrainTokenizerOptions options)
    {
        checks.Contradiction(options.SpecialTokens.Distinct().Count() != options.SpecialTokens.Count, "'special-tokens' lists a token twice; accepted: each token once", "special-tokens");
        checks.Contradiction(!options.SpecialTokens.Contains(options.EosToken), $"'eos-token' is '{options.EosToken}', which is not among 'special-tokens'; accepted: one of {string.Join(", ", options.SpecialTokens)}", "eos-token", "special-tokens");
        checks.Contradiction(!options.SpecialTokens.Contains(options.PadToken), $"'pad-token' is '{options.PadToken}', which is not among 'special-tokens'; accepted: one of {string.Join(", ", options.SpecialTokens)}", "pad-token", "special-tokens");
        int least = 256 + options.SpecialTokens.Count;
        checks.Contradiction(options.VocabularySize < least, $"'vocabulary-size' is {options.VocabularySize}, but the 256 bytes and {options.SpecialTokens.Count} special tokens take {least}; accepted: {least} or more", "vocabulary-size", "special-tokens");
    }
}
