using System.Text.Json;

namespace R1Pipeline.Rewards.Tasks.Instructions;

/// <summary>Instructions of a prompt that a program can check, named as IFEval names them (Zhou et al. 2023, arXiv:2311.07911). The answer is right where all are followed.</summary>
internal sealed class InstructionList
{
    private readonly IReadOnlyList<(string Id, InstructionArguments Arguments)> _instructions;

    private InstructionList(IReadOnlyList<(string, InstructionArguments)> instructions) => _instructions = instructions;

    /// <summary>The list of a gold; null where it is none, or names an instruction that does not exist or lacks an argument.</summary>
    public static InstructionList? Read(string gold)
    {
        if (VerifiableTasks.Json(gold) is not { ValueKind: JsonValueKind.Object } row || !row.TryGetProperty("instruction_id_list", out JsonElement ids) || ids.ValueKind != JsonValueKind.Array || ids.GetArrayLength() == 0) return null;
        JsonElement[] arguments = row.TryGetProperty("kwargs", out JsonElement given) && given.ValueKind == JsonValueKind.Array ? [.. given.EnumerateArray()] : [];
        var list = new List<(string, InstructionArguments)>();
        foreach ((int i, JsonElement id) in ids.EnumerateArray().Index())
        {
            if (id.ValueKind != JsonValueKind.String) return null;
            var own = new InstructionArguments(i < arguments.Length ? arguments[i] : default);
            if (!InstructionChecks.All.TryGetValue(id.GetString()!, out InstructionCheck? check) || !check.Needs.All(own.Has)) return null;
            list.Add((id.GetString()!, own));
        }

        return new InstructionList(list);
    }

    /// <summary>Null where every instruction is followed; else the first that is not.</summary>
    public string? Check(string response)
    {
        foreach ((string id, InstructionArguments arguments) in _instructions)
        {
            if (!InstructionChecks.All[id].Follows(response, arguments)) return $"{id} is not followed";
        }

        return null;
    }
}
