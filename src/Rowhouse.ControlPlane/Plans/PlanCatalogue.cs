namespace Rowhouse.ControlPlane.Plans;

/// <summary>The plans that there are, by name: every product has these. What they allow and cost comes with the meters.</summary>
internal static class PlanCatalogue
{
    /// <summary>The plan of who names none.</summary>
    public const string Default = "starter";

    /// <summary>From the smallest to the largest.</summary>
    public static IReadOnlyList<string> Names { get; } = [Default, "professional", "enterprise"];

    /// <summary>Says what is wrong with a name; <see langword="null"/> when it is that of a plan.</summary>
    public static string? Explain(string name) =>
        Names.Contains(name, StringComparer.Ordinal) ? null : $"There is no such plan. The plans are {string.Join(", ", Names)}.";
}
