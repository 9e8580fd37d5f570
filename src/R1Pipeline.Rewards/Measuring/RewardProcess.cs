using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using R1Pipeline.Contracts.Options;

namespace R1Pipeline.Rewards.Measuring;

/// <summary>
/// The rules in a process of their own (design.md 8): what hangs, crashes, runs out of memory or answers nonsense there is killed with it, is the failure of the one
/// output that it was at, and the rest is measured in a new process. Answers come in the order of the outputs, so the culprit is the first without one.
/// The process is started when it is first needed, kept, and ends with this one. Safe for several threads, which take turns.
/// </summary>
public sealed class RewardProcess : IDisposable
{
    /// <summary>How long one output may take, in seconds. Rules take milliseconds: this only ends what would never end.</summary>
    public const int DefaultPatience = 60;

    private const long HeapBytes = 1L << 30;
    private const int MaxLine = 1 << 20;

    private readonly ProcessStartInfo _start;
    private readonly int _patience;
    private readonly Lock _turn = new();
    private Process? _process;
    private BlockingCollection<string>? _answers;

    /// <param name="start">The command; it gets the argument of <see cref="RewardProcessHost"/>.</param>
    /// <param name="patience">Seconds that one output may take.</param>
    public RewardProcess(ProcessStartInfo start, int patience = DefaultPatience)
    {
        ArgumentNullException.ThrowIfNull(start);
        (_start, _patience) = (start, patience);
        (start.RedirectStandardInput, start.RedirectStandardOutput, start.UseShellExecute) = (true, true, false);
        start.StandardInputEncoding = new UTF8Encoding(false);
        start.ArgumentList.Add(RewardProcessHost.Argument);
        start.Environment["DOTNET_GCHeapHardLimit"] = $"{HeapBytes:x}";
    }

    /// <summary>The one of this process, at the worker's executable that lies beside this assembly: a worker computes one stage, which has one set of rules.</summary>
    public static RewardProcess Shared { get; } = new(Worker());

    /// <summary>Measures outputs.</summary>
    /// <returns>One for each, in the same order.</returns>
    /// <exception cref="InvalidOperationException">The process cannot be started at all.</exception>
    public IReadOnlyList<MeasuredOutput> Measure(IEnumerable<RewardInput> inputs, AnswerFormat format, LanguageRule rule)
    {
        string[] orders = [.. inputs.Select(input => JsonSerializer.Serialize(new MeasureOrder(input, format, rule), RewardProcessHost.Lines))];
        var measured = new List<MeasuredOutput>(orders.Length);
        lock (_turn)
        {
            while (measured.Count < orders.Length)
            {
                Ask(orders.AsSpan(measured.Count));
                while (measured.Count < orders.Length)
                {
                    MeasuredOutput? answer = Next(out string? failure);
                    measured.Add(answer ?? MeasuredOutput.Failed(failure!));
                    if (answer is not null) continue;
                    Kill();
                    break;
                }
            }
        }

        return measured;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_turn) Kill();
    }

    private static ProcessStartInfo Worker()
    {
        string program = Path.Combine(AppContext.BaseDirectory, "r1-worker");
        bool hosted = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet";
        return hosted ? new ProcessStartInfo(Environment.ProcessPath!, [program + ".dll"]) : new ProcessStartInfo(OperatingSystem.IsWindows() ? program + ".exe" : program);
    }

    /// <summary>Sends orders. A process that dies meanwhile is no exception here: its answers end.</summary>
    private void Ask(ReadOnlySpan<string> orders)
    {
        if (_process is null) Start();
        try
        {
            foreach (string order in orders) _process!.StandardInput.WriteLine(order);
            _process!.StandardInput.Flush();
        }
        catch (IOException)
        {
            // It is gone; what it answered before is still there to be read.
        }
    }

    private void Start()
    {
        var answers = new BlockingCollection<string>();
        try
        {
            _process = Process.Start(_start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new InvalidOperationException($"the process of the rules, {_start.FileName}, cannot be started: {e.Message}", e);
        }

        _answers = answers;
        Stream output = _process.StandardOutput.BaseStream;
        new Thread(() => Collect(output, answers)) { IsBackground = true, Name = "rewards" }.Start();
        if (Line(DefaultPatience, out string? failure) is RewardProcessHost.Greeting) return;
        Kill();
        throw new InvalidOperationException($"the process of the rules, {_start.FileName}, does not begin: {failure ?? "it says something else"}");
    }

    private MeasuredOutput? Next(out string? failure)
    {
        if (Line(_patience, out failure) is not { } line) return null;
        try
        {
            MeasuredOutput? answer = JsonSerializer.Deserialize<MeasuredOutput>(line, RewardProcessHost.Lines);
            if (answer is { Statistics: null, Error: not null } or { Statistics.LanguageConsistency: >= 0 and <= 1, Error: null }) return answer;
        }
        catch (JsonException)
        {
            // Said below: an answer that is none.
        }

        failure = "the rules answered something that is no measure";
        return null;
    }

    /// <summary>The next line. Patience counts in slices, so that a pause of this whole process takes one of them.</summary>
    private string? Line(int patience, out string? failure)
    {
        failure = null;
        for (int second = 0; second < patience && !_answers!.IsCompleted; second++)
        {
            if (_answers.TryTake(out string? line, TimeSpan.FromSeconds(1))) return line;
        }

        failure = _answers!.IsCompleted ? "the process of the rules crashed" : $"the rules did not end within {patience} s";
        return null;
    }

    private static void Collect(Stream output, BlockingCollection<string> answers)
    {
        var line = new MemoryStream();
        byte[] buffer = new byte[16 << 10];
        try
        {
            for (int count; (count = output.Read(buffer)) > 0;)
            {
                foreach (byte one in buffer.AsSpan(0, count))
                {
                    if (one != '\n') line.WriteByte(one);
                    if (one != '\n' && line.Length <= MaxLine) continue;
                    answers.Add(Encoding.UTF8.GetString(line.GetBuffer(), 0, (int)line.Length));
                    line.SetLength(0);
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // Killed while it was read: the end, like any other.
        }

        answers.CompleteAdding();
    }

    private void Kill()
    {
        if (_process is null) return;
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
        _process = null;
    }
}
