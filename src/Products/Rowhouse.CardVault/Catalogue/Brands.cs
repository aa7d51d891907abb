using System.Collections.Frozen;

namespace Rowhouse.CardVault.Catalogue;

/// <summary>What collectors call brands in short, and who made the cards that carry them.</summary>
internal static class Brands
{
    private static readonly FrozenDictionary<string, string> shortForms = new Dictionary<string, string>
    {
        ["ud"] = "Upper Deck",
        ["opc"] = "O-Pee-Chee",
        ["tps"] = "Topps",
        ["tpps"] = "Topps",
        ["tt"] = "Topps Traded",
        ["tu"] = "Topps Update",
        ["tc"] = "Topps Chrome",
        ["th"] = "Topps Heritage",
        ["ag"] = "Allen & Ginter",
        ["bow"] = "Bowman",
        ["bc"] = "Bowman Chrome",
        ["bd"] = "Bowman Draft",
        ["bb"] = "Bowman's Best",
        ["sc"] = "Stadium Club",
        ["tsc"] = "Stadium Club",
        ["flr"] = "Fleer",
        ["fl"] = "Fleer",
        ["fu"] = "Fleer Update",
        ["don"] = "Donruss",
        ["drs"] = "Donruss",
        ["pin"] = "Pinnacle",
        ["scr"] = "Score",
        ["sel"] = "Select",
        ["pac"] = "Pacific",
        ["cc"] = "Collectors Choice",
        ["nt"] = "National Treasures",
        ["imm"] = "Immaculate",
        ["pz"] = "Prizm",
    }.ToFrozenDictionary();

    // The first that fits counts, so the longer names and the exceptions by year stand first.
    private static readonly (string Name, int From, int To, string Manufacturer)[] makers =
    [
        ("Panini", 0, 9999, "Panini"),
        ("Donruss", 2009, 9999, "Panini"),
        ("Donruss", 0, 2008, "Donruss"),
        ("Leaf", 0, 2008, "Donruss"),
        ("Studio", 0, 2008, "Donruss"),
        ("Triple Play", 0, 2008, "Donruss"),
        ("Topps", 0, 9999, "Topps"),
        ("Bowman", 0, 9999, "Topps"),
        ("Finest", 0, 9999, "Topps"),
        ("Stadium Club", 0, 9999, "Topps"),
        ("Upper Deck", 0, 9999, "Upper Deck"),
        ("Collectors Choice", 0, 9999, "Upper Deck"),
        ("SP", 0, 9999, "Upper Deck"),
        ("Fleer", 0, 9999, "Fleer"),
        ("Flair", 0, 9999, "Fleer"),
        ("Ultra", 0, 9999, "Fleer"),
        ("Score", 0, 9999, "Score"),
        ("Scpre", 0, 9999, "Score"),        // so the checklists spell the 1991 release
        ("Pinnacle", 0, 9999, "Score"),
        ("Select", 0, 2008, "Score"),
        ("Pacific", 0, 9999, "Pacific"),
        ("O-Pee-Chee", 0, 9999, "O-Pee-Chee"),
    ];

    /// <summary>The brand behind a short form such as <c>ud</c>; <see langword="null"/> when the word is none.</summary>
    public static string? FromShortForm(string word) => shortForms.GetValueOrDefault(word);

    /// <summary>Who made a release, by its name without the year: <c>Stadium Club Baseball</c> of 1991 is Topps'.</summary>
    public static string? ManufacturerOf(string releaseName, int year)
    {
        var name = releaseName.AsSpan().TrimStart("0123456789- ");
        foreach (var maker in makers)
        {
            if (name.StartsWith(maker.Name, StringComparison.OrdinalIgnoreCase) && year >= maker.From && year <= maker.To)
            {
                return maker.Manufacturer;
            }
        }

        return null;
    }
}
