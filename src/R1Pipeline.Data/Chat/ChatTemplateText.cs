using System.Text;

namespace R1Pipeline.Data.Chat;

/// <summary>
/// The built-in templates, each as the Jinja text that is stored and as the code that renders it; a test holds the two equal.
/// A system message stands before the first turn in all of them.
/// </summary>
internal sealed record ChatTemplateText
{
    private const string ThinkAnswerTags = "<think> {0} </think> <answer> {1} </answer>";

    private static readonly CompositeFormat ThinkAnswer = CompositeFormat.Parse(ThinkAnswerTags);
    private static readonly CompositeFormat ThinkSummary = CompositeFormat.Parse("{0}\n</think>\n\n{1}");

    public static IReadOnlyList<ChatTemplateText> All { get; } = [Addition(), R1Zero(), Chatml(), Llama3(), DeepSeekR1()];

    public required string Name { get; init; }

    public required string Jinja { get; init; }

    /// <summary>Special tokens that the rendered text contains.</summary>
    public required IReadOnlyList<string> Tokens { get; init; }

    /// <summary>The template's own end-of-turn token; null: the tokenizer's end token.</summary>
    public string? EndOfTurn { get; init; }

    public string ResponsePrefix { get; init; } = "";

    public ThinkOwner ThinkOwner { get; init; } = ThinkOwner.Completion;

    /// <summary>What opens the text and introduces, for each role, its content; the assistant's turns end with the end of turn.</summary>
    public required Func<IReadOnlyList<ChatMessage>, string, string> Render { get; init; }

    public string RenderThinkAnswer(string think, string answer) =>
        string.Format(null, ThinkOwner == ThinkOwner.Prompt ? ThinkSummary : ThinkAnswer, think, answer);

    /// <summary>
    /// The quickstart's: user token, prompt, assistant token, response, end token. No spaces between tokens and text: special tokens are
    /// recognised inside a text by every tokenizer, so a word tokenizer gives the ids of the spaced form and a byte-level one spends no token on spaces.
    /// </summary>
    private static ChatTemplateText Addition() => new()
    {
        Name = "addition",
        Tokens = ["<|user|>", "<|assistant|>"],
        Jinja = "{% for message in messages %}{% if message['role'] == 'system' %}{{ message['content'] }}{% elif message['role'] == 'user' %}{{ '<|user|>' + message['content'] }}"
            + "{% else %}{{ '<|assistant|>' + message['content'] + eos_token }}{% endif %}{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}",
        Render = (messages, endOfTurn) => Join(messages, message => message.Role switch
        {
            "system" => message.Content,
            "user" => "<|user|>" + message.Content,
            _ => "<|assistant|>" + message.Content + endOfTurn,
        }) + "<|assistant|>",
    };

    /// <summary>Table 1 of the R1 paper (r1-recipe.md 6). It has no tokens of its own: a turn is running text.</summary>
    private static ChatTemplateText R1Zero()
    {
        const string Preamble = "A conversation between User and Assistant. The user asks a question, and the Assistant solves it. "
            + "The assistant first thinks about the reasoning process in the mind and then provides the user with the answer. "
            + "The reasoning process and answer are enclosed within <think> </think> and <answer> </answer> tags, respectively, i.e., "
            + "<think> reasoning process here </think> <answer> answer here </answer>.";
        return new ChatTemplateText
        {
            Name = "r1-zero",
            Tokens = [],
            ResponsePrefix = " ",
            Jinja = "{{ '" + Preamble + "' }}{% for message in messages %}{% if message['role'] == 'system' %}{{ ' ' + message['content'] }}{% elif message['role'] == 'user' %}{{ ' User: ' + message['content'] + '.' }}"
                + "{% else %}{{ ' Assistant: ' + message['content'] + eos_token }}{% endif %}{% endfor %}{% if add_generation_prompt %}{{ ' Assistant:' }}{% endif %}",
            Render = (messages, endOfTurn) => Preamble + Join(messages, message => message.Role switch
            {
                "system" => " " + message.Content,
                "user" => " User: " + message.Content + ".",
                _ => " Assistant: " + message.Content + endOfTurn,
            }) + " Assistant:",
        };
    }

    /// <summary>ChatML, as Qwen models use it, without a default system message.</summary>
    private static ChatTemplateText Chatml() => new()
    {
        Name = "chatml",
        Tokens = ["<|im_start|>", "<|im_end|>"],
        EndOfTurn = "<|im_end|>",
        Jinja = "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}{% endfor %}"
            + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}",
        Render = (messages, _) => Join(messages, message => $"<|im_start|>{message.Role}\n{message.Content}<|im_end|>\n") + "<|im_start|>assistant\n",
    };

    /// <summary>Llama 3's, without a default system message, date or tools.</summary>
    private static ChatTemplateText Llama3() => new()
    {
        Name = "llama3",
        Tokens = ["<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"],
        EndOfTurn = "<|eot_id|>",
        Jinja = "{{ '<|begin_of_text|>' }}{% for message in messages %}{{ '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n' + message['content'] + '<|eot_id|>' }}{% endfor %}"
            + "{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{% endif %}",
        Render = (messages, _) => "<|begin_of_text|>" + Join(messages, message => $"<|start_header_id|>{message.Role}<|end_header_id|>\n\n{message.Content}<|eot_id|>")
            + "<|start_header_id|>assistant<|end_header_id|>\n\n",
    };

    /// <summary>The released R1 models' form: earlier answers lose their chain of thought, the generation prompt opens a new one.</summary>
    private static ChatTemplateText DeepSeekR1() => new()
    {
        Name = "deepseek-r1",
        Tokens = ["<｜begin▁of▁sentence｜>", "<｜User｜>", "<｜Assistant｜>", "<｜end▁of▁sentence｜>"],
        EndOfTurn = "<｜end▁of▁sentence｜>",
        ThinkOwner = ThinkOwner.Prompt,
        Jinja = "{{ '<｜begin▁of▁sentence｜>' }}{% for message in messages %}{% if message['role'] == 'system' %}{{ message['content'] }}{% elif message['role'] == 'user' %}{{ '<｜User｜>' + message['content'] }}"
            + "{% else %}{{ '<｜Assistant｜>' + message['content'].split('</think>')[-1] + '<｜end▁of▁sentence｜>' }}{% endif %}{% endfor %}{% if add_generation_prompt %}{{ '<｜Assistant｜><think>\\n' }}{% endif %}",
        Render = (messages, endOfTurn) => "<｜begin▁of▁sentence｜>" + Join(messages, message => message.Role switch
        {
            "system" => message.Content,
            "user" => "<｜User｜>" + message.Content,
            _ => "<｜Assistant｜>" + message.Content.Split("</think>")[^1] + endOfTurn,
        }) + "<｜Assistant｜><think>\n",
    };

    private static string Join(IReadOnlyList<ChatMessage> messages, Func<ChatMessage, string> render) => string.Concat(messages.Select(render));
}
