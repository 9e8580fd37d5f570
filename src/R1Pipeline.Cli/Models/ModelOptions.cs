using System.CommandLine;

namespace R1Pipeline.Cli.Models;

/// <summary>Options of the commands that compute with a model.</summary>
internal static class ModelOptions
{
    public static Option<int> Threads() => Number("--threads", "N", "Threads to compute with", 1, 1, 1024);

    public static Option<int> Number(string name, string help, string description, int otherwise, int least, int most) =>
        Ranged(new Option<int>(name) { Description = description + ".", HelpName = help, DefaultValueFactory = _ => otherwise }, least, most);

    public static Option<double> Number(string name, string help, string description, double otherwise, double least, double most) =>
        Ranged(new Option<double>(name) { Description = description + ".", HelpName = help, DefaultValueFactory = _ => otherwise }, least, most);

    private static Option<T> Ranged<T>(Option<T> option, T least, T most)
        where T : IComparable<T>
    {
        option.Validators.Add(result =>
        {
            if (result.Errors.Any() || result.GetValueOrDefault<T>() is not { } value) return;
            if (value.CompareTo(least) < 0 || value.CompareTo(most) > 0) result.AddError($"{option.Name} {value} is not from {least} to {most}.");
        });
        return option;
    }
}
