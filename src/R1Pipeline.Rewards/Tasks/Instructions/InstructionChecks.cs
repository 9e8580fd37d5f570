using System.Collections.Frozen;

namespace R1Pipeline.Rewards.Tasks.Instructions;

/// <summary>
/// The 25 kinds of IFEval by their names. Words and sentences are counted by the rules of <see cref="ResponseText"/>, where IFEval asks a language toolkit;
/// keywords are texts, never expressions.
/// </summary>
internal static class InstructionChecks
{
    public static FrozenDictionary<string, InstructionCheck> All { get; } = new Dictionary<string, InstructionCheck>
    {
        ["keywords:existence"] = new(["keywords"], (text, a) => a.Texts("keywords").All(word => Count(text, word) > 0)),
        ["keywords:frequency"] = new(["keyword", "frequency", "relation"], (text, a) => a.Bounds(Count(text, a.Text("keyword")), "relation", "frequency")),
        ["keywords:forbidden_words"] = new(["forbidden_words"], (text, a) => !a.Texts("forbidden_words").Any(word => ResponseText.HasWord(text, word))),
        ["keywords:letter_frequency"] = new(["letter", "let_frequency", "let_relation"], (text, a) => a.Bounds(Count(text, a.Text("letter")), "let_relation", "let_frequency")),
        ["language:response_language"] = new(["language"], (text, a) => LanguageIdentifier.Shared.IsWritten(text, a.Text("language"))),
        ["length_constraints:number_sentences"] = new(["num_sentences", "relation"], (text, a) => a.Bounds(ResponseText.NumSentences(text), "relation", "num_sentences")),
        ["length_constraints:number_paragraphs"] = new(["num_paragraphs"], (text, a) => ResponseText.NumStarredParagraphs(text) == a.Number("num_paragraphs")),
        ["length_constraints:number_words"] = new(["num_words", "relation"], (text, a) => a.Bounds(ResponseText.NumWords(text), "relation", "num_words")),
        ["length_constraints:nth_paragraph_first_word"] = new(["num_paragraphs", "nth_paragraph", "first_word"], ResponseText.StartsParagraph),
        ["detectable_content:number_placeholders"] = new(["num_placeholders"], (text, a) => ResponseForm.NumPlaceholders(text) >= a.Number("num_placeholders")),
        ["detectable_content:postscript"] = new(["postscript_marker"], (text, a) => ResponseForm.HasPostscript(text, a.Text("postscript_marker"))),
        ["detectable_format:number_bullet_lists"] = new(["num_bullets"], (text, a) => ResponseForm.NumBullets(text) == a.Number("num_bullets")),
        ["detectable_format:constrained_response"] = new([], (text, _) => ResponseForm.IsConstrained(text)),
        ["detectable_format:number_highlighted_sections"] = new(["num_highlights"], (text, a) => ResponseForm.NumHighlights(text) >= a.Number("num_highlights")),
        ["detectable_format:multiple_sections"] = new(["section_spliter", "num_sections"], (text, a) => ResponseForm.NumSections(text, a.Text("section_spliter")) >= a.Number("num_sections")),
        ["detectable_format:json_format"] = new([], (text, _) => VerifiableTasks.Json(Fences.Content(text)) is not null),
        ["detectable_format:title"] = new([], (text, _) => ResponseForm.HasTitle(text)),
        ["combination:two_responses"] = new([], (text, _) => ResponseForm.HasTwoResponses(text)),
        ["combination:repeat_prompt"] = new(["prompt_to_repeat"], (text, a) => text.Trim().StartsWith(a.Text("prompt_to_repeat").Trim(), StringComparison.OrdinalIgnoreCase)),
        ["startend:end_checker"] = new(["end_phrase"], (text, a) => text.Trim().Trim('"').TrimEnd().EndsWith(a.Text("end_phrase").Trim(), StringComparison.OrdinalIgnoreCase)),
        ["startend:quotation"] = new([], (text, _) => text.Trim() is ['"', _, .., '"'] or ['"', '"']),
        ["change_case:capital_word_frequency"] = new(["capital_frequency", "capital_relation"], (text, a) => a.Bounds(ResponseText.NumCapitalWords(text), "capital_relation", "capital_frequency")),
        ["change_case:english_capital"] = new([], (text, _) => ResponseText.IsCased(text, char.IsLower) && LanguageIdentifier.Latin.IsWritten(text, "en")),
        ["change_case:english_lowercase"] = new([], (text, _) => ResponseText.IsCased(text, char.IsUpper) && LanguageIdentifier.Latin.IsWritten(text, "en")),
        ["punctuation:no_comma"] = new([], (text, _) => !text.Contains(',')),
    }.ToFrozenDictionary();

    private static int Count(string text, string wanted)
    {
        if (wanted.Length == 0) return 0;
        int count = 0;
        for (int at = text.IndexOf(wanted, StringComparison.OrdinalIgnoreCase); at >= 0; at = text.IndexOf(wanted, at + wanted.Length, StringComparison.OrdinalIgnoreCase)) count++;
        return count;
    }
}
