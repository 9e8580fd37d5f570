using R1Pipeline.Contracts.Data;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Rows;
using R1Pipeline.StageHost;

namespace R1Pipeline.Stages.Rows;

/// <summary>
/// The rows behind a stage's <c>data:</c>, in order, and what became of each: not drawn until a stage uses or refuses it, and never two of them.
/// So <c>read = used + not drawn + refused</c> holds by construction.
/// </summary>
internal sealed class RowLedger
{
    private readonly List<LedgerRow> _rows = [];
    private readonly List<string> _sources = [];

    /// <summary>All rows, in the order of the sources.</summary>
    public IReadOnlyList<LedgerRow> Rows => _rows;

    /// <summary>Reads every name under <c>data:</c>: a source of the pipeline, or the dataset that another stage made.</summary>
    /// <exception cref="StageFailedException">A row cannot be read, or there is none at all.</exception>
    public static RowLedger Read(StageContext context)
    {
        var ledger = new RowLedger();
        foreach (string name in context.Request.Data)
        {
            context.Phase("reading");
            var dataset = context.Artifacts("data").FirstOrDefault(artifact => artifact.Name == name || artifact.Stage == name);
            ledger.Add(context, name, dataset is null ? DataSourceReader.Read(Source(context, name)) : DatasetFile.Read(dataset.Directory, dataset.Stage));
        }

        if (ledger._rows.Count == 0)
        {
            throw new StageFailedException(
                StageFailureClass.UserData,
                $"stage {context.Request.Stage}: no rows in {string.Join(", ", context.Request.Data)}; the stage would do nothing. Give it a source with rows.");
        }

        return ledger;
    }

    /// <summary>Reads one source of the pipeline.</summary>
    public static RowLedger Read(StageContext context, string source)
    {
        var ledger = new RowLedger();
        context.Phase("reading");
        ledger.Add(context, source, DataSourceReader.Read(Source(context, source)));
        return ledger;
    }

    /// <summary>A ledger of the given rows.</summary>
    public static RowLedger Of(string source, IEnumerable<DataRow> rows)
    {
        var ledger = new RowLedger();
        ledger._sources.Add(source);
        ledger._rows.AddRange(rows.Select(row => new LedgerRow(source, row)));
        return ledger;
    }

    /// <summary>
    /// Takes over what became of another reading's rows. A source that both read keeps one account: its rows are the same ones, in the same order.
    /// </summary>
    /// <exception cref="InvalidOperationException">The two readings of a source differ in length.</exception>
    public void Merge(RowLedger other)
    {
        foreach (string source in other._sources)
        {
            LedgerRow[] theirs = [.. other._rows.Where(row => row.Source == source)];
            if (!_sources.Contains(source))
            {
                _sources.Add(source);
                _rows.AddRange(theirs);
                continue;
            }

            LedgerRow[] mine = [.. _rows.Where(row => row.Source == source)];
            if (mine.Length != theirs.Length) throw new InvalidOperationException($"Source {source} had {mine.Length} rows and then {theirs.Length}.");
            foreach (var (row, same) in mine.Zip(theirs)) row.Merge(same);
        }
    }

    /// <summary>What became of the rows, one account a source, in the order of the sources.</summary>
    public IReadOnlyList<DataAccount> Accounts() =>
    [
        .. _sources.Select(source =>
        {
            LedgerRow[] rows = [.. _rows.Where(row => row.Source == source)];
            var refused = rows
                .Where(row => row.Refusal is not null)
                .GroupBy(row => row.Refusal!, StringComparer.Ordinal)
                .OrderBy(group => group.Key, StringComparer.Ordinal)
                .ToDictionary(group => group.Key, group => group.LongCount());
            long used = rows.LongCount(row => row.IsUsed);
            return new DataAccount(source, rows.Length, used, rows.Length - used - refused.Values.Sum(), refused);
        }),
    ];

    /// <summary>Why rows were refused, in words, for a message; empty when none was.</summary>
    public string Refusals()
    {
        var reasons = _rows.Where(row => row.Refusal is not null).GroupBy(row => row.Refusal!).OrderByDescending(group => group.Count());
        return string.Join(", ", reasons.Select(group => $"{group.Count()} {group.Key}"));
    }

    private static DataSourceDefinition Source(StageContext context, string name) =>
        context.Request.Sources.FirstOrDefault(source => source.Name == name)
        ?? throw new StageFailedException(
            StageFailureClass.UserData,
            $"stage {context.Request.Stage}: `{name}` is neither a source under `data:` nor a stage that makes a dataset.");

    private void Add(StageContext context, string name, IEnumerable<DataRow> rows)
    {
        // A source that is listed twice is read once: its rows have one account.
        if (_sources.Contains(name)) return;
        _sources.Add(name);
        int before = _rows.Count;
        foreach (var row in rows)
        {
            _rows.Add(new LedgerRow(name, row));
            context.Progress(1);
        }

        context.Log.Information("Read {Rows} rows of {Source}", _rows.Count - before, name);
    }
}
