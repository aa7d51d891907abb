using Rowhouse.CardVault.Catalogue;
using Rowhouse.Contracts.CardVault;

namespace Rowhouse.CardVault.CatalogueImport;

/// <summary>What a file of checklists says, as the rows that the catalogue is to have, with what is wrong in it.</summary>
internal sealed class Checklist
{
    public const int MaxErrors = 1_000;

    private readonly Dictionary<Guid, ReleaseDraft> releases = [];
    private readonly Dictionary<Guid, SetDraft> sets = [];
    private readonly Dictionary<string, int> repeats = new(StringComparer.Ordinal);
    private readonly List<CardImportError> errors = [];
    private ChecklistCardDraft? card;

    public IReadOnlyCollection<ReleaseDraft> Releases => releases.Values;

    public IReadOnlyCollection<SetDraft> Sets => sets.Values;

    public List<ChecklistCardDraft> Cards { get; } = [];

    public int VariationCount { get; private set; }

    public int RowCount { get; private set; }

    public int ErrorCount { get; private set; }

    /// <summary>The first <see cref="MaxErrors"/> of them.</summary>
    public IReadOnlyList<CardImportError> Errors => errors;

    public void Refuse(int line, string? column, string? value, string message)
    {
        ErrorCount++;
        if (errors.Count < MaxErrors)
        {
            errors.Add(new(RowCount + 1, line, column, value is { Length: > 100 } ? value[..100] : value, message));
        }
    }

    public void SkipRow() => RowCount++;

    public void Add(ChecklistRow row)
    {
        if (row.Variation is not null)
        {
            AddVariation(row);
        }
        else
        {
            AddCard(row);
        }

        RowCount++;
    }

    /// <summary>
    /// Call when all is read: a release whose sets tell nothing by their names has its largest one as base. A file may hold a
    /// part of a release, so the sets that the catalogue has count as well.
    /// </summary>
    /// <param name="known">The sets that the catalogue has of these releases.</param>
    /// <returns>Those of them that are base sets no longer.</returns>
    public IReadOnlyList<Guid> Complete(IReadOnlyCollection<KnownSet> known)
    {
        List<Guid> replaced = [];
        foreach (var release in sets.Values.GroupBy(set => set.Release))
        {
            var others = known.Where(set => set.ReleaseId == release.Key.Id && !sets.ContainsKey(set.Id)).ToList();
            var largest = release.MaxBy(set => set.Cards)!;       // a group has at least one element
            var largestOther = others.MaxBy(set => set.Cards);
            if (release.Any(set => set.Kind != SetKind.Insert) || others.Exists(set => NamedKind(set, release.Key) != SetKind.Insert))
            {
                largestOther = null;
            }
            else if (largestOther is null || Math.Max(largest.Cards, known.FirstOrDefault(set => set.Id == largest.Id)?.Cards ?? 0) > largestOther.Cards)
            {
                largest.Kind = SetKind.Base;
                largestOther = null;
            }

            replaced.AddRange(others.Where(set => set != largestOther && set.Kind != SetKind.Insert && NamedKind(set, release.Key) == SetKind.Insert).Select(set => set.Id));
        }

        return replaced;
    }

    private static SetKind NamedKind(KnownSet set, ReleaseDraft release) => SetKinds.Of(set.Name, release.Name, release.Sport);

    private void AddCard(ChecklistRow row)
    {
        var set = SetOf(row);
        var id = CatalogueId.OfCard(row.Sport, row.Year, row.Release, row.Set, row.Number, row.Name, "", Repeat(row));
        card = new(id, set, set.Cards++, set.Release.Cards++, row);
        Cards.Add(card);
    }

    private void AddVariation(ChecklistRow row)
    {
        if (card is null || card.Row.Number != row.Number || card.Row.Name != row.Name || card.Set.Name != row.Set || card.Set.Release.Name != row.Release)
        {
            Refuse(row.Line, "variation", row.Variation, "A variation follows the row of its card; the row before is of another card.");
            return;
        }

        // Not null: Add calls this only for a row with a variation.
        var id = CatalogueId.OfCard(row.Sport, row.Year, row.Release, row.Set, row.Number, row.Name, row.Variation!, Repeat(row));
        card.Variations.Add(new(id, row.Variation!, row.VariationNote));
        VariationCount++;
    }

    private SetDraft SetOf(ChecklistRow row)
    {
        if (card is { } last && last.Set.Name == row.Set && last.Set.Release is { } same && same.Name == row.Release && same.Year == row.Year && same.Sport == row.Sport)
        {
            return last.Set;
        }

        var id = CatalogueId.OfSet(row.Sport, row.Year, row.Release, row.Set);
        if (!sets.TryGetValue(id, out var set))
        {
            var releaseId = CatalogueId.OfRelease(row.Sport, row.Year, row.Release);
            if (!releases.TryGetValue(releaseId, out var release))
            {
                releases.Add(releaseId, release = new(releaseId, row.Sport, row.Year, row.Release, Brands.ManufacturerOf(row.Release, row.Year)));
            }

            sets.Add(id, set = new(id, release, release.Sets++, row.Set) { Kind = SetKinds.Of(row.Set, row.Release, row.Sport) });
        }

        return set;
    }

    private int Repeat(ChecklistRow row)
    {
        var key = string.Join('\u001f', row.Sport, row.Year, row.Release, row.Set, row.Number, row.Name, row.Variation);
        return repeats[key] = repeats.TryGetValue(key, out var before) ? before + 1 : 0;
    }
}

/// <summary>A set that the catalogue has.</summary>
internal sealed record KnownSet(Guid Id, Guid ReleaseId, string Name, SetKind Kind, int Cards);

internal sealed class ReleaseDraft(Guid id, string sport, int year, string name, string? manufacturer)
{
    public Guid Id { get; } = id;

    public string Sport { get; } = sport;

    public int Year { get; } = year;

    public string Name { get; } = name;

    public string? Manufacturer { get; } = manufacturer;

    public int Sets { get; set; }

    public int Cards { get; set; }
}

internal sealed class SetDraft(Guid id, ReleaseDraft release, int ordinal, string name)
{
    public Guid Id { get; } = id;

    public ReleaseDraft Release { get; } = release;

    public int Ordinal { get; } = ordinal;

    public string Name { get; } = name;

    public SetKind Kind { get; set; }

    public int Cards { get; set; }
}

internal sealed class ChecklistCardDraft(Guid id, SetDraft set, int ordinal, int placeInRelease, ChecklistRow row)
{
    public Guid Id { get; } = id;

    public SetDraft Set { get; } = set;

    public int Ordinal { get; } = ordinal;

    public ChecklistRow Row { get; } = row;

    public List<VariationDraft> Variations { get; } = [];

    public int Rank => SearchRank.Of(Set.Kind, Row.Attributes, Set.Release.Year, placeInRelease);

    public string Words =>
        SearchLexemes.Of(Set.Release.Name, Set.Release.Year, Set.Name, Row.Number, Row.Name, Row.Attributes, Variations.Select(variation => variation.Name));
}

internal sealed record VariationDraft(Guid Id, string Name, string? Note);
