namespace Rowhouse.CardVault.Demo;

/// <summary>What the demo tenants collect, so that no two look alike.</summary>
internal static class DemoStories
{
    public static readonly IReadOnlyList<DemoStory> All =
    [
        new(
            [
                new("Shop inventory", 170, ["for sale"], ["Case 1", "Case 2", "Back room shelf A", "Back room shelf B"], GradedShare: 4),
                new("Griffey wall", 24, ["not for sale", "HOF"], ["Front wall"], GradedShare: 14, Player: "Ken Griffey Jr."),
                new("Back from grading", 36, ["graded"], ["Safe"], GradedShare: 20),
                new("Consignments", 60, ["consigned"], ["Drawer 1", "Drawer 2"], GradedShare: 6),
            ]),
        new(
            [
                new("Club library", 140, ["lending"], ["Binder 1", "Binder 2", "Binder 3"], GradedShare: 1),
                new("1989 set build", 190, ["set build"], ["Monster box A", "Monster box B"], GradedShare: 0),
                new("Harbor auction 2025", 40, ["auction"], ["Vault"], GradedShare: 12),
            ]),
    ];

    /// <summary>Cards that are in no checklist of the demo.</summary>
    public static readonly IReadOnlyList<DemoFreeForm> FreeForm =
    [
        new("57", "Michael Jordan", "Chicago Bulls", "Fleer", "1986-87 Fleer Basketball", 1986),
        new("18", "Wayne Gretzky", "Edmonton Oilers", "O-Pee-Chee", "1979-80 O-Pee-Chee Hockey", 1979),
        new("414", "Frank Thomas", "Chicago White Sox", "Topps", "1990 Topps Baseball", 1990),
        new("311", "Mickey Mantle", "New York Yankees", "Topps", "1952 Topps Baseball", 1952),
        new("US175", "Mike Trout", "Los Angeles Angels", "Topps", "2011 Topps Update Baseball", 2011),
        new("216", "Joe Montana", "San Francisco 49ers", "Topps", "1981 Topps Football", 1981),
        new("T-1", "Harbor City Nine", null, null, "Harbor City Police Set", 1991),
    ];
}

/// <summary>A demo tenant's collections.</summary>
internal sealed record DemoStory(IReadOnlyList<DemoCollection> Collections);

/// <summary>A collection of a demo tenant.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Cards">How many cards it has.</param>
/// <param name="Tags">What they are labelled with.</param>
/// <param name="Locations">Where they are.</param>
/// <param name="GradedShare">How many of twenty are graded.</param>
/// <param name="Player">Whom it is about; everybody by default.</param>
internal sealed record DemoCollection(string Name, int Cards, IReadOnlyList<string> Tags, IReadOnlyList<string> Locations, int GradedShare, string? Player = null);

/// <summary>A card that is in no checklist.</summary>
internal sealed record DemoFreeForm(string Number, string Player, string? Team, string? Manufacturer, string Set, int Year);
