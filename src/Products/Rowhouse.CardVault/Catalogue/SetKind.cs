using System.Text.RegularExpressions;

namespace Rowhouse.CardVault.Catalogue;

/// <summary>What a set is in its release. The numbers are stored; do not change them.</summary>
internal enum SetKind : short
{
    /// <summary>The base set, or a part of it.</summary>
    Base = 0,

    /// <summary>A series of the base set.</summary>
    Series = 1,

    /// <summary>What was issued later to complete it.</summary>
    Update = 2,

    /// <summary>Inserts, parallels, autographs: not part of the base set.</summary>
    Insert = 3,
}

/// <summary>Tells a set's kind by its name, which is all that checklists say of it.</summary>
internal static partial class SetKinds
{
    public static SetKind Of(string set, string release, string sport)
    {
        if (SeriesName().IsMatch(set))
        {
            return SetKind.Series;
        }

        if (UpdateName().IsMatch(set))
        {
            return SetKind.Update;
        }

        return (BaseName().IsMatch(set) && !NotBaseName().IsMatch(set)) || IsReleaseItself(set, release, sport) ? SetKind.Base : SetKind.Insert;
    }

    // The base set of "1987 Fleer Baseball" is called "1987 Fleer".
    private static bool IsReleaseItself(string set, string release, string sport) =>
        release.StartsWith(set, StringComparison.OrdinalIgnoreCase)
        && release.AsSpan(set.Length).Trim().Equals(sport, StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(@"^(Base Set )?((Low|High) Series|Series ([0-9]|One|Two|Three))( Base Set)?$", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking)]
    private static partial Regex SeriesName();

    [GeneratedRegex(@"^([0-9]{4} )?([a-z]+ )?(Update|Traded)$", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking)]
    private static partial Regex UpdateName();

    [GeneratedRegex("^Basee?( |$)", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking)]
    private static partial Regex BaseName();

    [GeneratedRegex("Hit|Variation|Checklist|Autograph|Signature|Relic|Gems", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking)]
    private static partial Regex NotBaseName();
}
