using R1Pipeline.Artifacts;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Pipelines;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Chat;
using R1Pipeline.Rewards.Judging;
using R1Pipeline.StageHost;
using R1Pipeline.Stages.Models;

namespace R1Pipeline.Stages.Judging;

/// <summary>
/// A stage's judge. Its judgements lie in the stage's folder, a file for each attempt's token, so that an attempt that is fenced off cannot write into those of
/// its successor; every attempt reads the files of the earlier ones and asks nothing again that they were told.
/// </summary>
internal static class StageJudge
{
    /// <summary>Opens the judge of these options; null: the stage has none.</summary>
    /// <exception cref="StageFailedException">UserData: the key's variable is not set, or the judge's model folder does not fit together.</exception>
    public static Judge? Open(StageContext context, JudgeOptions? options)
    {
        if (options is null) return null;
        StageRequest request = context.Request;
        string folder = Directory.CreateDirectory(RunDirectory.JudgementsOf(request.StageDirectory)).FullName;
        string path = RunDirectory.JudgementsOf(request.StageDirectory, request.Token);
        string[] earlier =
        [
            .. from file in Directory.GetFiles(folder, "t*.jsonl")
               let token = long.TryParse(Path.GetFileNameWithoutExtension(file).AsSpan(1), out long number) ? number : long.MaxValue
               where token < request.Token
               orderby token
               select file,
        ];
        context.Phase("loading");
        if (options.Endpoint is not null) return Judge.AtEndpoint(options, Environment.GetEnvironmentVariable, path, earlier);
        StageArtifact model = context.Artifact(StageCatalog.JudgeRole);
        return Judge.Local(options, LocalChatClient.Load(model.Directory, $"judge model of stage {model.Stage}", ModelPlacement.Of(context)), model.Artifact.Sha256, path, earlier);
    }

    /// <summary>A conversation as the judge is shown it: the question itself, or all turns where there are several.</summary>
    public static string Shown(IReadOnlyList<ChatMessage> prompt) =>
        prompt.Count == 1 ? prompt[0].Content : string.Join("\n\n", prompt.Select(message => $"{message.Role}: {message.Content}"));
}
