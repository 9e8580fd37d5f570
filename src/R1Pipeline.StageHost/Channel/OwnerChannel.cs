using System.Text;
using System.Text.Json;
using R1Pipeline.Contracts;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.StageHost.Native;
using R1Pipeline.StageHost.Steps;

namespace R1Pipeline.StageHost.Channel;

/// <summary>
/// JSON lines to and from the owner. Three threads meet here: the training thread commits, the heartbeat thread posts, the reader thread
/// hears answers. An owner that is gone (end of file, broken pipe) ends the process at once, whatever the training thread is doing.
/// Never sends anything once the lease has run out: a lease that was lost by silence stays lost, even if a late answer comes.
/// </summary>
internal sealed class OwnerChannel : IOwnerChannel
{
    private readonly Stream _toOwner;
    private readonly Stream _fromOwner;
    private readonly LeaseClock _lease;
    private readonly ProgressCounters _progress;
    private readonly Lock _writing = new();
    private readonly object _state = new();
    private readonly Dictionary<long, Answer> _unanswered = [];
    private long _sequence;
    private long _reportSequence = -1;
    private bool _fenced;
    private bool _ended;
    private volatile bool _stopRequested;
    private Exception? _protocolError;

    public OwnerChannel(Stream toOwner, Stream fromOwner, LeaseClock lease, ProgressCounters progress)
    {
        (_toOwner, _fromOwner, _lease, _progress) = (toOwner, fromOwner, lease, progress);
    }

    public bool StopRequested => _stopRequested;

    /// <summary>Starts to listen.</summary>
    public void Start() => new Thread(Read) { IsBackground = true, Name = "owner-reader" }.Start();

    public void RequestStop() => _stopRequested = true;

    public void Commit(Func<long, WorkerMessage> message)
    {
        if (TrySend(message) is { } answer) Await(answer);
        else DemandLease();
    }

    public void ConfirmLease() => Commit(_progress.Heartbeat);

    public void DemandLease()
    {
        lock (_state)
        {
            if (_protocolError is not null) throw new InvalidOperationException("the owner sent a line that is not a message", _protocolError);
            if (_fenced || _lease.IsLost) throw LeaseLost();
        }
    }

    /// <summary>Sends without waiting. False when nothing more may be sent.</summary>
    public bool TryPost(Func<long, WorkerMessage> message) => TrySend(message) is not null;

    private Answer? TrySend(Func<long, WorkerMessage> message)
    {
        lock (_writing)
        {
            Answer answer;
            WorkerMessage built;
            lock (_state)
            {
                if (_protocolError is not null || _fenced || _lease.IsLost) return null;
                answer = new Answer(++_sequence, _lease.Now);
                built = message(answer.Sequence);
                if (built is ReportMessage) _reportSequence = answer.Sequence;
                _unanswered.Add(answer.Sequence, answer);
            }
            byte[] line = JsonSerializer.SerializeToUtf8Bytes(built, ContractJson.Compact);
            try
            {
                _toOwner.Write([.. line, (byte)'\n']);
                _toOwner.Flush();
            }
            catch (IOException)
            {
                OwnerIsGone(); // a broken pipe: nobody reads any more
            }
            return answer;
        }
    }

    private void Await(Answer answer)
    {
        lock (_state)
        {
            while (!answer.Acknowledged)
            {
                DemandLease();
                Monitor.Wait(_state, _lease.Remaining);
            }
        }
    }

    private void Read()
    {
        using var reader = new StreamReader(_fromOwner, Encoding.UTF8);
        try
        {
            while (reader.ReadLine() is { } line) Hear(JsonSerializer.Deserialize<OwnerMessage>(line, ContractJson.Compact));
        }
        catch (JsonException error)
        {
            lock (_state)
            {
                _protocolError = error; // the training thread reports it as the bug it is
                Monitor.PulseAll(_state);
            }
            return;
        }
        catch (IOException error)
        {
            Console.Error.WriteLine($"r1-worker: the owner's channel broke: {error.Message}");
        }
        OwnerIsGone();
    }

    private void Hear(OwnerMessage? message)
    {
        lock (_state)
        {
            switch (message)
            {
                case AcknowledgedMessage { Sequence: var sequence } when _unanswered.Remove(sequence, out Answer? answer):
                    answer.Acknowledged = true;
                    _lease.RenewFrom(answer.SentAt);
                    _ended |= sequence == _reportSequence;
                    break;
                case FencedMessage:
                    _fenced = true;
                    break;
                case HoldMessage:
                    _lease.RenewFrom(_lease.Now);
                    break;
                case StopMessage:
                    _stopRequested = true;
                    break;
            }
            Monitor.PulseAll(_state);
        }
    }

    private void OwnerIsGone()
    {
        bool ended, lost;
        lock (_state) (ended, lost) = (_ended, _fenced || _lease.IsLost);
        if (ended) return; // the report is committed: main is on its way out
        if (lost) ProcessControl.ExitNow(WorkerExitCode.LeaseLost);
        ProcessControl.KillSelf();
    }

    private static StageFailedException LeaseLost() =>
        new(StageFailureClass.LeaseLost, "the lease is lost: the owner is silent or gave the stage to a newer attempt; nothing more is written");

    private sealed class Answer(long sequence, long sentAt)
    {
        public long Sequence { get; } = sequence;

        public long SentAt { get; } = sentAt;

        public bool Acknowledged { get; set; }
    }
}
