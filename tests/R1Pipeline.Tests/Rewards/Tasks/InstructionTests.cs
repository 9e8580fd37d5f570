using System.Text.Json;
using R1Pipeline.Contracts.Rewards;
using R1Pipeline.Rewards.Tasks;
using R1Pipeline.Rewards.Tasks.Instructions;
using R1Pipeline.Tests.Data;

namespace R1Pipeline.Tests.Rewards.Tasks;

public class InstructionTests
{
    [Fact]
    public void Read_EveryPromptOfIfeval_IsKnownWithItsArguments()
    {
        var kinds = new HashSet<string>();
        foreach (JsonElement row in SharedFiles.JsonLines("data/eval/ifeval.jsonl"))
        {
            Assert.True(VerifiableTasks.CanCheck(TaskKinds.Instructions, row.GetRawText()), row.GetProperty("key").ToString());
            kinds.UnionWith(row.GetProperty("instruction_id_list").EnumerateArray().Select(id => id.GetString()!));
        }

        Assert.Equal(kinds.Order(), InstructionChecks.All.Keys.Order());
        Assert.Equal(25, kinds.Count);
    }

    [Theory]
    [InlineData("keywords:existence", """{"keywords": ["cat", "dog"]}""", "A Cat and a dog.", "A cat.")]
    [InlineData("keywords:frequency", """{"keyword": "war", "frequency": 2, "relation": "at least"}""", "War and war.", "War and peace.")]
    [InlineData("keywords:forbidden_words", """{"forbidden_words": ["rock"]}""", "Rocks and pebbles.", "A rock!")]
    [InlineData("keywords:letter_frequency", """{"letter": "q", "let_frequency": 1, "let_relation": "less than"}""", "none", "Queue")]
    [InlineData("language:response_language", """{"language": "de"}""", "Das ist ein ganz gewöhnlicher deutscher Satz.", "This is a quite ordinary English sentence.")]
    [InlineData("language:response_language", """{"language": "ko"}""", "안녕하세요, 만나서 반갑습니다.", "Hello there, nice to meet you.")]
    [InlineData("length_constraints:number_sentences", """{"num_sentences": 3, "relation": "less than"}""", "Dr. Smith came at 3.15 p.m. today. He left!", "One. Two. Three.")]
    [InlineData("length_constraints:number_paragraphs", """{"num_paragraphs": 2}""", "one\n***\ntwo", "one\n\ntwo")]
    [InlineData("length_constraints:number_words", """{"num_words": 4, "relation": "at least"}""", "one two three four", "one two three")]
    [InlineData("length_constraints:nth_paragraph_first_word", """{"num_paragraphs": 2, "nth_paragraph": 2, "first_word": "elm"}""", "An oak.\n\n\"Elm, said he", "Elm\n\nOak")]
    [InlineData("detectable_content:number_placeholders", """{"num_placeholders": 2}""", "[name] and [place]", "[name]")]
    [InlineData("detectable_content:postscript", """{"postscript_marker": "P.S."}""", "Bye.\nP.S. I stay", "Bye. PS I stay")]
    [InlineData("detectable_content:postscript", """{"postscript_marker": "P.P.S"}""", "Bye.\nP.P.S I stay", "Bye.\nP.S. I stay")]
    [InlineData("detectable_format:number_bullet_lists", """{"num_bullets": 2}""", "* one\n* two", "* one\n* two\n- three")]
    [InlineData("detectable_format:constrained_response", "{}", "My answer is maybe.", "Perhaps.")]
    [InlineData("detectable_format:number_highlighted_sections", """{"num_highlights": 2}""", "*a* and *b*", "*a* and **")]
    [InlineData("detectable_format:multiple_sections", """{"section_spliter": "SECTION", "num_sections": 2}""", "SECTION 1\na\nSECTION 2\nb", "SECTION 1\na")]
    [InlineData("detectable_format:json_format", "{}", "```json\n{\"a\": [1]}\n```", "{a: 1}")]
    [InlineData("detectable_format:title", "{}", "<<A title>>\ntext", "<< >>\ntext")]
    [InlineData("combination:two_responses", "{}", "one\n******\ntwo", "one\n******\none")]
    [InlineData("combination:repeat_prompt", """{"prompt_to_repeat": "Write a poem."}""", "write a poem. Roses", "Roses. Write a poem.")]
    [InlineData("startend:end_checker", """{"end_phrase": "Hope you agree with me."}""", "\"So it is. Hope you agree with me.\"", "Hope you agree with me. Or not?")]
    [InlineData("startend:quotation", "{}", " \"all of it\" ", "\"half\" of it")]
    [InlineData("change_case:capital_word_frequency", """{"capital_frequency": 2, "capital_relation": "at least"}""", "I can RUN and JUMP.", "I can run.")]
    [InlineData("change_case:english_capital", "{}", "PLEASE GO AND VOTE THIS WEEK, BECAUSE YOUR VOICE SHOULD BE HEARD BY EVERYONE.", "This is not.")]
    [InlineData("change_case:english_lowercase", "{}", "please go and vote this week, because your voice should be heard by everyone.", "This is not.")]
    [InlineData("punctuation:no_comma", "{}", "No such sign.", "Well, one.")]
    public void Check_EachKind_TellsFollowedFromNot(string id, string arguments, string follows, string fails)
    {
        string gold = $$"""{"instruction_id_list": ["{{id}}"], "kwargs": [{{arguments}}]}""";
        Assert.True(VerifiableTasks.Check(TaskKinds.Instructions, $"<think>a, B</think>{follows}", gold).Correct);
        TaskVerdict failed = VerifiableTasks.Check(TaskKinds.Instructions, fails, gold);
        Assert.False(failed.Correct);
        Assert.Contains(id, failed.Reason);
    }

    [Theory]
    [InlineData("""{"instruction_id_list": ["keywords:unheard_of"], "kwargs": [{}]}""")]
    [InlineData("""{"instruction_id_list": ["length_constraints:number_words"], "kwargs": [{}]}""")]
    [InlineData("""{"instruction_id_list": []}""")]
    [InlineData("B")]
    public void CanCheck_UnknownInstructionOrMissingArgument_IsRefused(string gold) => Assert.False(VerifiableTasks.CanCheck(TaskKinds.Instructions, gold));
}
