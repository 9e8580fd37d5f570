using System.Text;
using R1Pipeline.Contracts.Models;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Lines;
using R1Pipeline.Rewards.Grading;
using R1Pipeline.Rewards.Judging;
using R1Pipeline.Stages.Judging;

namespace R1Pipeline.Worker.Models;

/// <summary><c>r1 grade judge</c>: has a language model judge every line, at an endpoint or on the local engine, and writes the preference pairs that come of it.</summary>
internal static class GradeJudge
{
    /// <returns>How many lines were refused.</returns>
    /// <exception cref="StageFailedException">UserData: the judge cannot be asked at all.</exception>
    public static int Run(JudgeRequest request)
    {
        using Judge judge = request.Directory is null
            ? Judge.AtEndpoint(request.Options, Environment.GetEnvironmentVariable, request.Cache)
            : Judge.Local(request.Options, LocalChatClient.Load(request.Directory, request.Directory), request.Directory, request.Cache);
        using TextReader input = request.Input is null ? new StreamReader(Console.OpenStandardInput(), Encoding.UTF8) : new StreamReader(request.Input, Encoding.UTF8);
        using TextWriter output = request.Output is null ? new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false)) : new StreamWriter(request.Output, append: false, new UTF8Encoding(false));
        using TextWriter? pairs = request.Pairs is null ? null : new StreamWriter(request.Pairs, append: false, new UTF8Encoding(false));
        int numFailed = 0, numJudged = 0;
        // The local engine answers where it is asked: lines are begun, and end, one after the other on this thread.
        int refused = AnsweredLines.RunAsync(
            input,
            request.Directory is null ? request.Options.Concurrency : 1,
            row => JudgeRows.JudgeAsync(row, request.Kind, judge, request.Judgements, request.MinGap),
            line =>
            {
                AnsweredLines.Write(line, output);
                if (line.Refused) return;
                numJudged++;
                if (line.Answer!["reason"] is not null) numFailed++;
                if (pairs is not null && JudgeRows.Pair(line.Question!.Value, line.Answer) is { } pair) AnsweredLines.Write(line with { Answer = pair }, pairs);
            }).GetAwaiter().GetResult();
        if (numFailed > 0) Console.Error.WriteLine($"{numFailed} of {numJudged} judgement{(numJudged == 1 ? "" : "s")} failed; the output says why");
        return refused;
    }
}
