using System.Security.Cryptography;
using Npgsql;
using Rowhouse.Tenancy.Tests.Notes;

namespace Rowhouse.Tenancy.Tests.Isolation;

/// <summary>What the victim owns, planted and looked at by a superuser: rows that hold a secret, and some that can be guessed.</summary>
public sealed class VictimsRows(NpgsqlDataSource superuser, Tenant victim)
{
    /// <summary>A title of the victim's that others may well use too.</summary>
    public const string Guessable = "Rookies";

    /// <summary>What the secret begins with, so that it can be asked for without being known.</summary>
    public const string Prefix = "kept-";

    private static readonly string[] Tables = ["notes.notebooks", "notes.notes", "notes.labels", "notes.label_note", "tenancy.homes", "tenancy.changes"];

    /// <summary>Is in every text of the victim, and nowhere else.</summary>
    public string Secret { get; } = $"{Prefix}{RandomNumberGenerator.GetHexString(24)}";

    /// <summary>The mover's token of the victim's home.</summary>
    public Guid Token { get; } = Guid.CreateVersion7(TimeProvider.System.GetUtcNow());

    public NoteId Note { get; } = NoteId.New();

    public Guid Notebook { get; } = Guid.CreateVersion7(TimeProvider.System.GetUtcNow());

    public long Label => 7001;

    /// <summary>Whether a text tells what only the victim may know.</summary>
    public bool AreToldBy(string? text) =>
        text is not null && (text.Contains(Secret, StringComparison.OrdinalIgnoreCase) || text.Contains(Token.ToString(), StringComparison.OrdinalIgnoreCase));

    public Task PlantAsync() => AttackGround.ExecuteAsync(superuser, $"""
        SET session_replication_role = replica;
        INSERT INTO tenancy.homes (tenant_id, generation, capturing, token) VALUES ('{victim.Id}', 1, true, '{Token}');
        INSERT INTO tenancy.changes (tenant_id, relation, key) VALUES ('{victim.Id}', '"notes"."notes"', ARRAY['{Secret}']);
        INSERT INTO notes.notebooks (tenant_id, id, title) VALUES ('{victim.Id}', '{Notebook}', '{Guessable}'), ('{victim.Id}', gen_random_uuid(), '{Secret}');
        INSERT INTO notes.notes (tenant_id, id, text, written_on, revision, place_city, notebook_id)
            VALUES ('{victim.Id}', '{Note.Value}', '{Secret}', '2000-01-01', 7, '{Secret}', '{Notebook}');
        INSERT INTO notes.notes (tenant_id, id, text, written_on, revision, notebook_id, answer_to_id)
            SELECT '{victim.Id}', gen_random_uuid(), '{Secret}', '2000-01-02', 7, '{Notebook}', '{Note.Value}' FROM generate_series(1, 20);
        INSERT INTO notes.labels (tenant_id, id, name) VALUES ('{victim.Id}', {Label}, '{Secret}');
        INSERT INTO notes.label_note (tenant_id, labels_id, note_id) VALUES ('{victim.Id}', {Label}, '{Note.Value}');
        ANALYZE notes.notes, notes.notebooks, notes.labels;
        """);

    /// <summary>Everything of the victim, and who else has its secret by now.</summary>
    public async Task<string> ReadAsync()
    {
        var own = Tables.Select(table => $"SELECT '{table}' AS place, to_jsonb(t)::text AS line FROM {table} t WHERE tenant_id = '{victim.Id}'");
        var taken = Tables.Select(table => $"SELECT 'taken into {table}', to_jsonb(t)::text FROM {table} t WHERE tenant_id <> '{victim.Id}' AND t::text LIKE '%{Secret}%'");
        var sql = string.Join(" UNION ALL ", own.Concat(taken));
        return await AttackGround.ExecuteAsync(superuser, $"SELECT place || line FROM ({sql}) rows ORDER BY place, line");
    }
}
