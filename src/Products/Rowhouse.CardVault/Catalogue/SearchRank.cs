namespace Rowhouse.CardVault.Catalogue;

/// <summary>
/// The order in which a search shows what it finds: what collectors look for most comes first. Rookies of the base sets,
/// then base sets, updates, inserts; checklists last; within these by year and by place in the release.
/// One integer, so that sorting what is found costs little.
/// </summary>
internal static class SearchRank
{
    /// <summary>Above the ranks of rookies in base sets. The index that has only these says the same number.</summary>
    public const int EndOfMostWanted = Years * Places;

    /// <summary>How far a card of a base set goes back when its set turns out to be an insert.</summary>
    public const int FromBaseToInsert = 4 * Years * Places;

    private const int Years = 256;
    private const int FirstYear = 1850;
    private const int Places = 400_000;

    public static int Of(SetKind kind, IReadOnlyCollection<string> attributes, int year, int placeInRelease)
    {
        var group = kind switch
        {
            SetKind.Base or SetKind.Series => 0,
            SetKind.Update => 2,
            _ => 4,
        };
        var tier = attributes.Contains("CL") ? 6 : attributes.Contains("RC") ? group : group + 1;
        return (tier * Years + Math.Clamp(year - FirstYear, 0, Years - 1)) * Places + Math.Clamp(placeInRelease, 0, Places - 1);
    }
}
