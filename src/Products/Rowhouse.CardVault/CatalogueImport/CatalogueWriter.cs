using System.Data;
using Npgsql;
using Rowhouse.CardVault.Catalogue;
using Rowhouse.Tenancy.Postgres;

#pragma warning disable RS0030 // The one place where a product has a connection: the shared catalogue is nobody's, and the platform's role writes it.

namespace Rowhouse.CardVault.CatalogueImport;

/// <summary>
/// Puts checklists into the shared catalogue, as the platform's role and in one transaction: all of a file or nothing.
/// What is there already is brought up to date; nothing is deleted, since tenants' cards refer to it.
/// </summary>
/// <remarks>
/// Rows go over as binary arrays that are merged where they arrive. COPY would need a table to stage them in, and the
/// platform's role may neither create tables nor use temporary ones.
/// </remarks>
internal sealed class CatalogueWriter(PostgresStore store)
{
    private const int Batch = 10_000;

    // Two imports at once would wait for each other's rows in any order and could deadlock: the second waits here instead.
    private const string Lock = "select pg_advisory_xact_lock(hashtext('rowhouse.cardvault.catalogue'))";

    private const string MergeReleases = """
        insert into catalogue.releases (id, sport, year, name, manufacturer, card_count)
        select * from unnest($1, $2, $3, $4, $5, $6)
        on conflict (id) do update set manufacturer = excluded.manufacturer
        where releases.manufacturer is distinct from excluded.manufacturer
        """;

    private const string MergeSets = """
        insert into catalogue.sets (id, release_id, ordinal, name, kind, card_count)
        select * from unnest($1, $2, $3, $4, $5, $6)
        on conflict (id) do update set ordinal = excluded.ordinal, kind = excluded.kind
        where (sets.ordinal, sets.kind) is distinct from (excluded.ordinal, excluded.kind)
        """;

    // xmax = 0: the row was not there before. Arrays of different lengths do not fit into one array, so attributes come joined.
    private const string MergeCards = """
        with written as (
            insert into catalogue.cards (id, set_id, ordinal, number, name, attributes, note, rank, words)
            select id, set_id, ordinal, number, name, string_to_array(attributes, '|'), note, rank, array_to_tsvector(string_to_array(words, ' '))
            from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9) as incoming (id, set_id, ordinal, number, name, attributes, note, rank, words)
            on conflict (id) do update set ordinal = excluded.ordinal, attributes = excluded.attributes, note = excluded.note, rank = excluded.rank, words = excluded.words
            where (cards.ordinal, cards.attributes, cards.note, cards.rank, cards.words) is distinct from (excluded.ordinal, excluded.attributes, excluded.note, excluded.rank, excluded.words)
            returning xmax = 0 as added)
        select count(*) filter (where added) from written
        """;

    private const string MergeVariations = """
        with written as (
            insert into catalogue.variations (id, card_id, ordinal, name, note)
            select * from unnest($1, $2, $3, $4, $5)
            on conflict (id) do update set ordinal = excluded.ordinal, note = excluded.note
            where (variations.ordinal, variations.note) is distinct from (excluded.ordinal, excluded.note)
            returning xmax = 0 as added)
        select count(*) filter (where added) from written
        """;

    private const string KnownSets = "select id, release_id, name, kind, card_count from catalogue.sets where release_id = any($1)";

    private const string ReplaceBaseSets = """
        with replaced as (update catalogue.sets set kind = 3 where id = any($1) returning id)
        update catalogue.cards set rank = rank + $2 from replaced where cards.set_id = replaced.id and not 'CL' = any(cards.attributes)
        """;

    // A file may hold a part of a set, so the counts come from what is there.
    private const string CountSets = """
        update catalogue.sets set card_count = counted.cards
        from (select set_id, count(*)::integer as cards from catalogue.cards where set_id = any($1) group by set_id) counted
        where sets.id = counted.set_id and sets.card_count <> counted.cards
        """;

    private const string CountReleases = """
        update catalogue.releases set card_count = counted.cards
        from (select release_id, sum(card_count)::integer as cards from catalogue.sets where release_id = any($1) group by release_id) counted
        where releases.id = counted.release_id and releases.card_count <> counted.cards
        """;

    /// <summary>Writes all of it.</summary>
    /// <returns>How many cards and variations were not there before.</returns>
    public async Task<int> WriteAsync(Checklist checklist, CancellationToken cancellationToken)
    {
        await using var connection = await store.Platform.OpenConnectionAsync(cancellationToken);
        try
        {
            return await WriteAsync(connection, checklist, cancellationToken);
        }
        catch when (connection.State is ConnectionState.Open)
        {
            // What was cut short while the driver prepared it would spoil the connection for whoever has it next.
            connection.UnprepareAll();
            throw;
        }
    }

    private static async Task<int> WriteAsync(NpgsqlConnection connection, Checklist checklist, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await RunAsync(connection, Lock, [], cancellationToken);

        var releases = checklist.Releases.ToList();
        await RunAsync(
            connection,
            MergeReleases,
            [
                Column(releases, release => release.Id), Column(releases, release => release.Sport), Column(releases, release => release.Year),
                Column(releases, release => release.Name), Column(releases, release => release.Manufacturer), Column(releases, release => release.Cards),
            ],
            cancellationToken);

        var replaced = checklist.Complete(await KnownSetsAsync(connection, releases, cancellationToken));
        if (replaced.Count > 0)
        {
            await RunAsync(connection, ReplaceBaseSets, [Column(replaced, id => id), new NpgsqlParameter<int> { TypedValue = SearchRank.FromBaseToInsert }], cancellationToken);
        }

        var sets = checklist.Sets.ToList();
        await RunAsync(
            connection,
            MergeSets,
            [
                Column(sets, set => set.Id), Column(sets, set => set.Release.Id), Column(sets, set => set.Ordinal),
                Column(sets, set => set.Name), Column(sets, set => (short)set.Kind), Column(sets, set => set.Cards),
            ],
            cancellationToken);

        // By rank, so that what a search shows first lies together on disk.
        var added = 0L;
        foreach (var cards in checklist.Cards.OrderBy(card => card.Rank).Chunk(Batch))
        {
            added += await RunAsync(
                connection,
                MergeCards,
                [
                    Column(cards, card => card.Id), Column(cards, card => card.Set.Id), Column(cards, card => card.Ordinal),
                    Column(cards, card => card.Row.Number), Column(cards, card => card.Row.Name), Column(cards, card => string.Join('|', card.Row.Attributes)),
                    Column(cards, card => card.Row.Note), Column(cards, card => card.Rank), Column(cards, card => card.Words),
                ],
                cancellationToken);
        }

        var all = checklist.Cards.SelectMany(card => card.Variations.Select((variation, ordinal) => (Card: card.Id, Variation: variation, Ordinal: ordinal)));
        foreach (var variations in all.Chunk(Batch))
        {
            added += await RunAsync(
                connection,
                MergeVariations,
                [
                    Column(variations, row => row.Variation.Id), Column(variations, row => row.Card), Column(variations, row => row.Ordinal),
                    Column(variations, row => row.Variation.Name), Column(variations, row => row.Variation.Note),
                ],
                cancellationToken);
        }

        await RunAsync(connection, CountSets, [Column(sets, set => set.Id)], cancellationToken);
        await RunAsync(connection, CountReleases, [Column(releases, release => release.Id)], cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return checked((int)added);
    }

    private static async Task<List<KnownSet>> KnownSetsAsync(NpgsqlConnection connection, List<ReleaseDraft> releases, CancellationToken cancellationToken)
    {
        List<KnownSet> known = [];
        await using var command = new NpgsqlCommand(KnownSets, connection);
        command.Parameters.Add(Column(releases, release => release.Id));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            known.Add(new(reader.GetGuid(0), reader.GetGuid(1), reader.GetString(2), (SetKind)reader.GetInt16(3), reader.GetInt32(4)));
        }

        return known;
    }

    private static NpgsqlParameter<TValue[]> Column<TRow, TValue>(IReadOnlyCollection<TRow> rows, Func<TRow, TValue> value) =>
        new NpgsqlParameter<TValue[]> { TypedValue = [.. rows.Select(value)] };

    private static async Task<long> RunAsync(NpgsqlConnection connection, string sql, NpgsqlParameter[] parameters, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddRange(parameters);
        return await command.ExecuteScalarAsync(cancellationToken) is long count ? count : 0;
    }
}
