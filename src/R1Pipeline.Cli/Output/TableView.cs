using R1Pipeline.Orchestration.Reports;
using Spectre.Console;

namespace R1Pipeline.Cli.Output;

/// <summary>Draws a <see cref="ReportTable"/> in the terminal: the first column to the left, figures to the right.</summary>
internal static class TableView
{
    /// <summary>Prints a table with its title and note.</summary>
    /// <param name="terminal">Where to.</param>
    /// <param name="table">What.</param>
    /// <param name="leftColumns">Columns besides the first that hold words, by head.</param>
    public static void Print(Terminal terminal, ReportTable table, params string[] leftColumns)
    {
        IAnsiConsole console = terminal.Tables;
        var view = new Table { Border = TableBorder.Simple, ShowHeaders = true };
        for (int column = 0; column < table.Columns.Count; column++)
        {
            bool words = column == 0 || leftColumns.Contains(table.Columns[column]);
            view.AddColumn(new TableColumn(Markup.Escape(table.Columns[column])) { Alignment = words ? Justify.Left : Justify.Right, NoWrap = !words });
        }
        foreach (IReadOnlyList<string> row in table.Rows) view.AddRow([.. row.Select(Markup.Escape)]);
        if (table.Title.Length > 0) console.Write(new Text(table.Title + "\n", new Style(decoration: Decoration.Bold)));
        if (table.Note is not null) console.Write(new Text(table.Note + "\n", new Style(decoration: Decoration.Dim)));
        console.Write(view);
    }
}
