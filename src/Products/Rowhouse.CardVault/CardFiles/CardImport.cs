using Microsoft.EntityFrameworkCore;
using Rowhouse.CardVault.Cards;
using Rowhouse.CardVault.Catalogue;
using Rowhouse.CardVault.Csv;
using Rowhouse.CardVault.Store;
using Rowhouse.Contracts.CardVault;
using Rowhouse.Modules.Access;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.Postgres;

namespace Rowhouse.CardVault.CardFiles;

/// <summary>Brings a file of cards into the tenant: all of it, or nothing and every wrong row named.</summary>
/// <remarks>
/// 1 read all rows, 2 look up in a few queries what they refer to, 3 check each by the rules of <see cref="CardRules"/>,
/// 4 find duplicates in the file and among the tenant's cards, 5 insert. Steps 4 and 5 are one transaction under the
/// tenant's lock: two imports of one file at the same moment would both find no duplicates.
/// </remarks>
internal sealed class CardImport(CardVaultDbContext db, ChecklistLookup checklists, CardAccess access, Caller caller, TenantScope scope, TimeProvider clock)
{
    public const int MaxErrors = 1_000;
    private const int Batch = 5_000;
    private const int FewIdentities = 1_000;

    private const string Lock = "cards.import";

    private readonly List<CardImportError> errors = [];
    private int wrongRows;
    private bool hasMoreErrors;

    /// <summary>Imports a file.</summary>
    /// <param name="body">The file.</param>
    /// <param name="dryRun">Whether to check only.</param>
    /// <param name="skipDuplicates">Whether a card that is there already is left out instead of being a wrong row.</param>
    /// <param name="cancellationToken">Stops; nothing is imported then.</param>
    /// <exception cref="CsvRefusedException">The file is no CSV file of cards.</exception>
    /// <exception cref="DbUpdateException">Somebody else was quicker with a certificate or deleted a collection; nothing was imported.</exception>
    public async Task<CardImportResponse> RunAsync(Stream body, bool dryRun, bool skipDuplicates, CancellationToken cancellationToken)
    {
        // Step 1
        var rows = await ReadAsync(body, scope.Tenant.Currency, cancellationToken);

        // Step 2
        var facts = await checklists.FindAsync([.. rows.Select(row => row.Request.ChecklistCardId).OfType<Guid>().Distinct()], cancellationToken);
        await ResolveCollectionsAsync(rows, cancellationToken);

        // Step 3
        var drafts = Check(rows, facts, cancellationToken);

        // Steps 4 and 5
        var (duplicates, imported) = dryRun || drafts.Count < rows.Count
            ? (await DuplicatesAsync(drafts, cancellationToken), 0)
            : await db.InLockAsync(Lock, cancelled => InsertAsync(drafts, skipDuplicates, cancelled), cancellationToken);
        if (!skipDuplicates)
        {
            foreach (var (row, message) in duplicates)
            {
                row.Errors.Add(row.Request.Grader is null ? "" : "certificate", message);
            }
        }

        foreach (var row in rows.Where(row => row.IsWrong))
        {
            Report(row);
        }

        return new(dryRun, rows.Count, imported, skipDuplicates ? duplicates.Count : 0, wrongRows, hasMoreErrors, errors);
    }

    private async Task<(Dictionary<CardRow, string> Duplicates, int Imported)> InsertAsync(List<(CardRow Row, CardDraft Draft)> drafts, bool skipDuplicates, CancellationToken cancellationToken)
    {
        var duplicates = await DuplicatesAsync(drafts, cancellationToken);
        if (duplicates.Count > 0 && !skipDuplicates)
        {
            return (duplicates, 0);
        }

        var now = clock.GetUtcNow();
        var cards = drafts.Where(row => !duplicates.ContainsKey(row.Row)).Select(row => new Card(Guid.CreateVersion7(now), row.Draft, caller.PersonId, now));
        return (duplicates, await db.Cards.BulkInsertAsync(cards, cancellationToken));
    }

    /// <summary>Reads all rows of a file.</summary>
    /// <param name="body">The file.</param>
    /// <param name="currency">The currency of costs in a file that names none.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="CsvRefusedException">The file is no CSV file of cards.</exception>
    public static async Task<List<CardRow>> ReadAsync(Stream body, string currency, CancellationToken cancellationToken)
    {
        await using var table = await CsvTable.OpenAsync(body, cancellationToken);
        var format = CardFileFormat.Of(table.Columns, Columns(table.Columns), table.Separator, currency);
        var rows = new List<CardRow>();
        var messages = 0;
        while (await table.ReadAsync(cancellationToken))
        {
            var row = CardRow.Of(table, format);
            rows.Add(row);
            messages += row.Keep(MaxErrors - messages);
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

    /// <summary>Checks rows by the rules of a card; those that break none become drafts.</summary>
    public static List<(CardRow Row, CardDraft Draft)> Check(IReadOnlyCollection<CardRow> rows, IReadOnlyDictionary<Guid, ChecklistFacts> facts, CancellationToken cancellationToken)
    {
        var drafts = new List<(CardRow Row, CardDraft Draft)>(rows.Count);
        var messages = 0;
        foreach (var row in rows)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var draft = CardRules.Check(row.Request, row.Request.ChecklistCardId is { } id ? facts.GetValueOrDefault(id) : null, row.Errors);
            if (draft is not null && !row.IsWrong)
            {
                drafts.Add((row, draft));
            }

            messages += row.Keep(MaxErrors - messages);
        }

        return drafts;
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

    /// <summary>The rows whose card is in the file before them, or among the tenant's cards, each with what to say.</summary>
    private async Task<Dictionary<CardRow, string>> DuplicatesAsync(List<(CardRow Row, CardDraft Draft)> drafts, CancellationToken cancellationToken)
    {
        var duplicates = new Dictionary<CardRow, string>();
        var first = new Dictionary<(Guid Identity, Guid? Collection), (CardRow Row, CardDraft Draft)>();
        foreach (var (row, draft) in drafts)
        {
            if (Key(draft) is { } key && !first.TryAdd(key, (row, draft)))
            {
                duplicates.Add(row, $"The row on line {first[key].Row.Line} is the same card.");
            }
        }

        await foreach (var card in Owned(db, [.. first.Keys.Select(key => key.Identity).Distinct()]).AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            if (first.TryGetValue((card.Identity, card.Grader is null ? card.CollectionId : null), out var found))
            {
                duplicates[found.Row] = found.Draft.Grader is null
                    ? "This card is in the collection already. Change its quantity instead."
                    : "A card with this certificate is there already.";
            }
        }

        return duplicates;
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

    private void Report(CardRow row)
    {
        wrongRows++;
        hasMoreErrors |= row.Errors.IsEmpty;
        foreach (var (field, message) in row.Errors.All)
        {
            if (errors.Count == MaxErrors)
            {
                hasMoreErrors = true;
                return;
            }

            var value = row.Text(field);
            errors.Add(new(row.Row, row.Line, field.Length == 0 ? null : row.ColumnOf(field), value is { Length: > 100 } ? value[..100] : value, message));
        }
    }

    internal sealed record OwnedIdentity(Guid Identity, Guid? CollectionId, string? Grader);
}
