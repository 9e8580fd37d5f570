using System.Text.RegularExpressions;
using R1Pipeline.Contracts.Data;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Definition.Binding;
using R1Pipeline.Definition.Diagnostics;
using R1Pipeline.Definition.Documents;

namespace R1Pipeline.Definition.Rules;

/// <summary>What a data source says about itself: its fields exist, its patterns are patterns, its generator reads what it is given.</summary>
internal sealed class SourceRules(CompileContext context)
{
    private static readonly string[] CorpusOptions =
        ["general-share", "plain-share", "plain-right", "careless", "drop-carry", "line-slip", "copy-slip", "code-switch", "other-language"];

    /// <summary>The row fields that a split of the generated task fills.</summary>
    public static IReadOnlyList<string> FieldsOf(AdditionSplit split) => split switch
    {
        AdditionSplit.Corpus or AdditionSplit.Worked => [DataRowFields.Prompt, DataRowFields.Response],
        AdditionSplit.Problems or AdditionSplit.HeldOut => [DataRowFields.Prompt, DataRowFields.Gold],
        AdditionSplit.General => [DataRowFields.Prompt, DataRowFields.Response, DataRowFields.Must, DataRowFields.MustNot],
        AdditionSplit.Pairs => [DataRowFields.Prompt, DataRowFields.Chosen, DataRowFields.Rejected],
        _ => throw new ArgumentOutOfRangeException(nameof(split), split, "no fields are known for this split"),
    };

    /// <summary>Checks one source; true: its rows can be read.</summary>
    public bool Check(BoundSource source)
    {
        if (source.Options is not { } bound) return false;
        int before = context.NumProblems;
        if (bound.Value is AdditionOptions addition) CheckAddition(bound, addition);
        if (bound.Given.TryGetValue("fields", out DocumentEntry? fields) && fields.Value is DocumentMap map) CheckFields(map);
        if (bound.Given.TryGetValue("remove", out DocumentEntry? remove) && remove.Value is DocumentList list) CheckPatterns(list);
        return context.NumProblems == before;
    }

    private void CheckAddition(BoundOptions bound, AdditionOptions addition)
    {
        if (!bound.IsComplete) return;
        var checks = new OptionChecks(context, bound);
        checks.NoEffect(addition.Split != AdditionSplit.Corpus, CorpusOptions, "outside the split 'corpus'");
        checks.NoEffect(addition.Split != AdditionSplit.General, "unhelpful", "outside the split 'general'");
        checks.NoEffect(addition.Split != AdditionSplit.Pairs, "label-flip", "outside the split 'pairs'");
    }

    private void CheckFields(DocumentMap fields)
    {
        foreach (DocumentEntry field in fields.Distinct.Where(field => !DataRowFields.All.Contains(field.Key.Text)))
            context.Report(field.Key.Mark, DiagnosticCodes.UnknownKey, $"unknown key '{field.Key.Text}' in 'fields': no row has such a field{DidYouMean.Hint(field.Key.Text, DataRowFields.All)}");
    }

    private void CheckPatterns(DocumentList patterns)
    {
        foreach (DocumentScalar pattern in patterns.Items.OfType<DocumentScalar>())
        {
            try
            {
                _ = new Regex(pattern.Text, RegexOptions.CultureInvariant);
            }
            catch (RegexParseException e)
            {
                context.Report(pattern.Mark, DiagnosticCodes.BadPattern, $"'{pattern.Text}' is no regular expression: {e.Message}; accepted: .NET syntax, with letters like [ ( ^ escaped by \\ where they stand for themselves");
            }
        }
    }
}
