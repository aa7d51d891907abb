using Rowhouse.Modules.Http;

namespace Rowhouse.ControlPlane.Licenses;

/// <summary>What a license is limited to, and what one is asked for.</summary>
internal static class LicenseScope
{
    private const int MaxLength = 100;

    public static void Check(IReadOnlyList<string?>? scope, string field, FieldErrors errors)
    {
        if (errors.Has(field))
        {
            return; // there are too many to look at
        }

        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (var (index, word) in (scope ?? []).Index())
        {
            if (string.IsNullOrWhiteSpace(word) || word.Length > MaxLength)
            {
                errors.Add($"{field}[{index}]", $"A part of a scope is a text of 1 to {MaxLength} characters.");
            }
            else if (!seen.Add(word))
            {
                errors.Add($"{field}[{index}]", "This value is given twice.");
            }
        }
    }
}
