using Microsoft.EntityFrameworkCore;
using Rowhouse.CardVault.Cards;
using Rowhouse.CardVault.Catalogue;
using Rowhouse.CardVault.Csv;
using Rowhouse.CardVault.Store;
using Rowhouse.Contracts.CardVault;
using Rowhouse.Modules.Access;
using Rowhouse.Tenancy.Postgres;

namespace Rowhouse.CardVault.CardFiles;

/// <summary>Brings a file of cards into the tenant: all of it, or nothing and every wrong row named.</summary>
/// <remarks>
/// 1 read all rows, 2 look up in a few queries what they refer to, 3 check each by the rules of <see cref="CardRules"/>,
/// 4 find duplicates in the file and among the tenant's cards, 5 insert in one transaction.
/// </remarks>
internal sealed class CardImport(CardVaultDbContext db, ChecklistLookup checklists, CardAccess access, Caller caller, TimeProvider clock)
{
    public const int MaxErrors = 1_000;
    private const int Batch = 5_000;
    private const int FewIdentities = 1_000;

    private readonly List<CardImportError> errors = [];
    private int wrongRows;

    /// <summary>Imports a file.</summary>
    /// <exception cref="CsvRefusedException">The file is no CSV file of cards.</exception>
    /// <exception cref="DbUpdateException">Somebody else was quicker with a certificate or deleted a collection; nothing was imported.</exception>
    public async Task<CardImportResponse> RunAsync(Stream body, bool dryRun, CancellationToken cancellationToken)
    {
        // Step 1
        var rows = await ReadAsync(body, cancellationToken);

        // Step 2
        var facts = await checklists.FindAsync([.. rows.Select(row => row.Request.ChecklistCardId).OfType<Guid>().Distinct()], cancellationToken);
        await ResolveCollectionsAsync(rows, cancellationToken);

        // Step 3
        var drafts = new List<(CardRow Row, CardDraft Draft)>(rows.Count);
        foreach (var row in rows)
        {
            var draft = CardRules.Check(row.Request, row.Request.ChecklistCardId is { } id ? facts.GetValueOrDefault(id) : null, row.Errors);
            if (draft is not null && row.Errors.IsEmpty)
            {
                drafts.Add((row, draft));
            }
        }

        // Step 4
        await RefuseDuplicatesAsync(drafts, cancellationToken);
        foreach (var row in rows.Where(row => !row.Errors.IsEmpty))
        {
            Report(row);
        }

        // Step 5
        var imported = 0;
        if (wrongRows == 0 && !dryRun)
        {
            var now = clock.GetUtcNow();
            imported = await db.Cards.BulkInsertAsync(drafts.Select(row => new Card(Guid.CreateVersion7(now), row.Draft, caller.PersonId, now)), cancellationToken);
        }

        return new(dryRun, rows.Count, imported, wrongRows, errors);
    }

    private static async Task<List<CardRow>> ReadAsync(Stream body, CancellationToken cancellationToken)
    {
        await using var table = await CsvTable.OpenAsync(body, cancellationToken);
        var columns = Columns(table.Columns);
        var rows = new List<CardRow>();
        while (await table.ReadAsync(cancellationToken))
        {
            rows.Add(CardRow.Of(table, columns));
        }

        return rows;
    }

    private static List<int> Columns(IReadOnlyList<string> header)
    {
        var columns = header.Select(CardColumns.IndexOf).ToList();
        var unknown = header.Where(name => CardColumns.IndexOf(name) < 0).Select(name => name.Length > 100 ? $"{name[..100]}…" : name).Take(10).ToList();
        if (columns.TrueForAll(column => column < 0))
        {
            throw new CsvRefusedException($"The first line has none of the columns of a card ({string.Join(", ", CardColumns.Names)}). Columns are separated by comma, semicolon or tab.");
        }

        if (unknown.Count > 0)
        {
            throw new CsvRefusedException($"These columns are not known: {string.Join(", ", unknown)}. The columns of a card are {string.Join(", ", CardColumns.Names)}.");
        }

        return columns.Distinct().Count() < columns.Count
            ? throw new CsvRefusedException($"A column is there twice: {header.GroupBy(CardColumns.IndexOf).First(group => group.Count() > 1).First()}.")
            : columns;
    }

    private async Task ResolveCollectionsAsync(List<CardRow> rows, CancellationToken cancellationToken)
    {
        var names = rows.Select(row => row.CollectionName).OfType<string>().Select(SearchWords.Fold).ToHashSet(StringComparer.Ordinal);
        var named = new Dictionary<string, CollectionFacts>(StringComparer.Ordinal);
        foreach (var batch in names.Chunk(Batch))
        {
            var found = db.Collections.AsNoTracking().Where(collection => batch.Contains(collection.NameKey));
            await foreach (var collection in found.AsAsyncEnumerable().WithCancellation(cancellationToken))
            {
                named.Add(collection.NameKey, new(collection.Id, collection.Name, collection.OwnerId));
            }
        }

        var byId = new Dictionary<Guid, CollectionFacts>(await access.CollectionsAsync(rows.Select(row => row.Request.CollectionId), cancellationToken));
        foreach (var row in rows)
        {
            var (column, collection) = ("collectionName", (CollectionFacts?)null);
            if (row.Request.CollectionId is { } id)
            {
                (column, collection) = (CardColumns.CollectionId, byId.GetValueOrDefault(id));
            }
            else if (row.CollectionName is { } name)
            {
                collection = named.GetValueOrDefault(SearchWords.Fold(name));
            }
            else
            {
                continue;
            }

            if (collection is null)
            {
                row.Errors.Add(column, "There is no such collection. Make it first.");
            }
            else if (!access.CanEdit(collection.OwnerId))
            {
                row.Errors.Add(column, "The collection is somebody else's. A member adds cards to collections of their own.");
            }
            else if (column == CardColumns.CollectionId && row.CollectionName is { } other && SearchWords.Fold(other) != SearchWords.Fold(collection.Name))
            {
                row.Errors.Add("collectionName", $"The collection with this id is called {collection.Name}.");
            }
            else
            {
                row.Into(collection.Id);
            }
        }
    }

    private async Task RefuseDuplicatesAsync(List<(CardRow Row, CardDraft Draft)> drafts, CancellationToken cancellationToken)
    {
        var first = new Dictionary<(Guid Identity, Guid? Collection), CardRow>();
        foreach (var (row, draft) in drafts)
        {
            if (Key(draft) is { } key && !first.TryAdd(key, row))
            {
                Refuse(row, draft, $"The row on line {first[key].Line} is the same card.");
            }
        }

        var owned = new HashSet<(Guid, Guid?)>();
        await foreach (var card in Owned(db, [.. first.Keys.Select(key => key.Identity).Distinct()]).AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            var key = (card.Identity, card.Grader is null ? card.CollectionId : null);
            if (first.ContainsKey(key))
            {
                owned.Add(key);
            }
        }

        foreach (var (row, draft) in drafts)
        {
            if (Key(draft) is { } key && owned.Contains(key) && row.Errors.IsEmpty)
            {
                Refuse(row, draft, draft.Grader is null
                    ? "This card is in the collection already. Change its quantity instead."
                    : "A card with this certificate is there already.");
            }
        }
    }

    /// <summary>
    /// The tenant's cards that may be among these. A few are looked up. For many, all of the tenant's are read once and sifted
    /// here: until a table that has just grown is analysed, the planner compares every card with every element of the array,
    /// which took ten seconds for 50,000 and 50,000.
    /// </summary>
    public static IQueryable<OwnedIdentity> Owned(CardVaultDbContext db, Guid[] identities)
    {
        var cards = db.Cards.AsNoTracking().Where(card => card.Identity != null);
        if (identities.Length <= FewIdentities)
        {
            cards = cards.Where(card => identities.Contains(card.Identity!.Value));     // not null: the line before
        }

        return cards.Select(card => new OwnedIdentity(card.Identity!.Value, card.CollectionId, card.Grader));
    }

    // A certificate is unique in the whole tenant, a raw card in its collection.
    private static (Guid Identity, Guid? Collection)? Key(CardDraft draft) =>
        CardIdentity.Of(draft) is { } identity ? (identity, draft.Grader is null ? draft.CollectionId : null) : null;

    private static void Refuse(CardRow row, CardDraft draft, string message) => row.Errors.Add(draft.Grader is null ? "" : "certificate", message);

    private void Report(CardRow row)
    {
        wrongRows++;
        foreach (var (field, message) in row.Errors.All)
        {
            if (errors.Count == MaxErrors)
            {
                return;
            }

            var value = row.Text(field) ?? row.Text($"{field}.amount");
            errors.Add(new(row.Row, row.Line, field.Length == 0 ? null : field, value is { Length: > 100 } ? value[..100] : value, message));
        }
    }

    internal sealed record OwnedIdentity(Guid Identity, Guid? CollectionId, string? Grader);
}
