using System.Data.Common;
using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Postgres.Binding;
using Rowhouse.Tenancy.Tests.Notes;
using Rowhouse.Testing;
using Shouldly;
using Xunit.Sdk;

namespace Rowhouse.Tenancy.Tests.Isolation;

/// <summary>
/// An attacker and a victim, in one of the ways. Each attack is judged: the victim's rows are compared before and after,
/// and their secret is looked for in whatever the attack was given or told: results, notices, every field of an error,
/// the application's log. What it finds is an <see cref="AttackSucceededException"/>.
/// </summary>
public sealed class AttackGround : IAsyncDisposable
{
    private static readonly JsonSerializerOptions Json = new() { ReferenceHandler = ReferenceHandler.IgnoreCycles };

    private readonly RecordingLog log;
    private readonly NotesHost? apart;
    private readonly PgBouncer? pooler;

    private AttackGround(Way way, RecordingLog log, NotesHost host, NotesHost? apart, PgBouncer? pooler)
    {
        Way = way;
        this.log = log;
        Host = host;
        this.apart = apart;
        this.pooler = pooler;
    }

    public Way Way { get; }

    /// <summary>The attacker's application; the victim's as well, unless the attacker has a home of its own.</summary>
    public NotesHost Host { get; }

    public NotesHost VictimsHost => apart ?? Host;

    public Tenant Attacker => Host.Harbor;

    public Tenant Victim => VictimsHost.Smith;

    public required VictimsRows Rows { get; init; }

    /// <summary>A superuser's connections to the database that is attacked.</summary>
    public required NpgsqlDataSource Superuser { get; init; }

    /// <summary>The same to the victim's database.</summary>
    public required NpgsqlDataSource VictimsSuperuser { get; init; }

    /// <summary>The attacker's role past every pool, as another node has it.</summary>
    public required string Spare { get; init; }

    /// <summary>Whether the attacker's tenant has its home in the database that it attacks.</summary>
    public bool AtHome => Way is not (Way.VictimsHome or Way.VictimsHomeThroughPooler);

    /// <summary>Whether attacker and victim are in one database.</summary>
    public bool IsOneDatabase => apart is null;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Plants the victim's rows and opens the applications on them.</summary>
    /// <param name="way">The way.</param>
    /// <param name="attacked">The database that the attacker works on.</param>
    /// <param name="victims">The victim's, where it is another one.</param>
    /// <param name="superuser">Makes a superuser's connection string to a database.</param>
    internal static async Task<AttackGround> MakeAsync(Way way, PostgresConnections attacked, PostgresConnections? victims, Func<PostgresConnections, string> superuser)
    {
        var bouncer = way.ToString().EndsWith("Pooler", StringComparison.Ordinal) ? await PgBouncer.StartAsync(attacked, Token) : null;
        var record = new RecordingLog();

        // The most that the driver can be made to tell, and in all ways one connection that everybody gets in turn.
        const string talkative = ";Include Error Detail=true;Timeout=30";
        var connections = bouncer?.Connections ?? attacked with { Application = attacked.Application + ";Maximum Pool Size=1" };
        var clock = new SwiftTimeProvider(2000);
        var host = NotesHost.Open(connections with { Application = connections.Application + talkative }, clock, record);
        var victimsHost = victims is null ? null : NotesHost.Open(victims with { Application = victims.Application + talkative }, clock, record);
        var attackedBySuperuser = NpgsqlDataSource.Create(superuser(attacked));
        var victimsBySuperuser = victims is null ? attackedBySuperuser : NpgsqlDataSource.Create(superuser(victims));
        var rows = new VictimsRows(victimsBySuperuser, (victimsHost ?? host).Smith);
        await rows.PlantAsync();
        return new AttackGround(way, record, host, victimsHost, bouncer) { Rows = rows, Superuser = attackedBySuperuser, VictimsSuperuser = victimsBySuperuser, Spare = attacked.Application + talkative + ";Pooling=false" };
    }

    /// <summary>Gives the attacker its own rows, and nothing else: whatever attacks before left is gone.</summary>
    public Task ResetAsync() => ExecuteAsync(Superuser, $"""
        SET session_replication_role = replica;
        DELETE FROM notes.label_note WHERE tenant_id = '{Attacker.Id}';
        DELETE FROM notes.notes WHERE tenant_id = '{Attacker.Id}';
        DELETE FROM notes.notebooks WHERE tenant_id = '{Attacker.Id}';
        DELETE FROM notes.labels WHERE tenant_id = '{Attacker.Id}';
        {(AtHome ? $"""
            INSERT INTO tenancy.homes (tenant_id, generation) VALUES ('{Attacker.Id}', 1) ON CONFLICT DO NOTHING;
            INSERT INTO notes.notebooks (tenant_id, id, title) VALUES ('{Attacker.Id}', '{OwnNotebook}', 'own');
            INSERT INTO notes.notes (tenant_id, id, text, written_on, revision, notebook_id) VALUES ('{Attacker.Id}', gen_random_uuid(), 'own', '2000-01-01', 0, '{OwnNotebook}');
            INSERT INTO notes.labels (tenant_id, id, name) VALUES ('{Attacker.Id}', 7000, 'own');
            """ : "")}
        """);

    public Guid OwnNotebook { get; } = Guid.CreateVersion7(TimeProvider.System.GetUtcNow());

    /// <summary>An attack by the attacker's own code, in a scope of its tenant.</summary>
    public Task<Outcome> AttackAsync<T>(Func<NotesDb, Task<T>> attack) => JudgeAsync(async told =>
        await Host.InAsync(Attacker, async db =>
        {
            ((NpgsqlConnection)db.Database.GetDbConnection()).Notice += (_, notice) => told.AppendLine(notice.Notice.MessageText);
            return JsonSerializer.Serialize(await attack(db), Json);
        }));

    public Task<Outcome> AttackAsync(Func<NotesDb, Task> attack) => AttackAsync(async db =>
    {
        await attack(db);
        return "";
    });

    /// <summary>An attack in SQL, in a transaction that the attacker's tenant is bound to.</summary>
    public Task<Outcome> SqlAsync(string sql) => SqlAsync(Source, $"BEGIN; {Bind(Attacker)}", sql, "COMMIT");

    /// <summary>The same without any tenant.</summary>
    public Task<Outcome> UnboundAsync(string sql) => SqlAsync(Source, "", sql, "");

    /// <summary>An attack in SQL over a connection of any kind.</summary>
    public Task<Outcome> SqlAsync(DbDataSource source, string before, string sql, string after) => JudgeAsync(async told =>
    {
        await using var connection = (NpgsqlConnection)await source.OpenConnectionAsync(Token);
        connection.Notice += (_, notice) => told.AppendLine(notice.Notice.MessageText);
        await ReadAsync(connection, before);
        var given = await ReadAsync(connection, sql);
        await ReadAsync(connection, after);
        return given;
    });

    /// <summary>Any attack; what it returns is what it was given.</summary>
    public async Task<Outcome> JudgeAsync(Func<StringBuilder, Task<string>> attack)
    {
        var before = await Rows.ReadAsync();
        var told = new StringBuilder();
        var given = "";
        var thrown = await Record.ExceptionAsync(async () => given = await attack(told));
        if (thrown is ShouldAssertException or IAssertionException)
        {
            ExceptionDispatchInfo.Throw(thrown);
        }

        if (await Rows.ReadAsync() != before)
        {
            throw new AttackSucceededException("the victim's rows are not what they were, or somebody else has them.");
        }

        foreach (var (place, text) in new[] { ("result", given), ("notices", told.ToString()), ("error", thrown is null ? "" : TextOf(thrown)), ("log", log.Take()) })
        {
            if (Rows.AreToldBy(text))
            {
                throw new AttackSucceededException($"the {place} told what belongs to the victim: {text}");
            }
        }

        return new(given is "\"\"" ? "" : given, thrown, AtHome);
    }

    /// <summary>Connections of the attacker's application, of its own pool.</summary>
    public NpgsqlDataSource Source => Host.Services.GetRequiredService<PostgresStore>().Application;

    /// <summary>What binds a tenant, as the kernel writes it behind a pooler.</summary>
    public static string Bind(Tenant tenant) =>
        string.Create(CultureInfo.InvariantCulture, $"SET LOCAL rowhouse.tenant = '{tenant.Id}'; SET LOCAL rowhouse.generation = '{tenant.Placement.Generation}'");

    /// <summary>Runs statements over a connection of its own, and gives all rows as text.</summary>
    public static async Task<string> ExecuteAsync(NpgsqlDataSource source, string sql)
    {
        await using var connection = await source.OpenConnectionAsync(Token);
        return await ReadAsync(connection, sql);
    }

    /// <summary>All rows that statements give, as text.</summary>
    public static async Task<string> ReadAsync(NpgsqlConnection connection, string sql)
    {
        if (sql.Length == 0)
        {
            return "";
        }

        try
        {
            await using var command = new NpgsqlCommand(sql, connection) { AllResultTypesAreUnknown = true, CommandTimeout = 20 };
            await using var reader = await command.ExecuteReaderAsync(Token);
            List<string> lines = [];
            do
            {
                while (await reader.ReadAsync(Token))
                {
                    lines.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? "" : reader.GetString(i))));
                }
            }
            while (await reader.NextResultAsync(Token));

            return string.Join('\n', lines);
        }
        catch (PostgresException)
        {
            await ForgetStatementsAsync(connection);
            throw;
        }
    }

    // The driver holds a statement that failed for prepared; the kernel sees to that where EF Core runs the statement.
    private static async Task ForgetStatementsAsync(NpgsqlConnection connection)
    {
        if (new NpgsqlConnectionStringBuilder(connection.ConnectionString).MaxAutoPrepare > 0)
        {
            await using var rollback = new NpgsqlCommand("ROLLBACK", connection);
            await rollback.ExecuteNonQueryAsync(Token);
            connection.UnprepareAll();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        if (apart is not null)
        {
            await apart.DisposeAsync();
        }

        if (pooler is not null)
        {
            await pooler.DisposeAsync();
        }

        await Superuser.DisposeAsync();
        await VictimsSuperuser.DisposeAsync();
    }

    private static string TextOf(Exception exception) => exception.Refusal() is { } refusal
        ? $"{exception} {refusal.MessageText} {refusal.Detail} {refusal.Hint} {refusal.Where} {refusal.InternalQuery} {refusal.ConstraintName} {refusal.ColumnName} {refusal.TableName} {refusal.SchemaName}"
        : exception.ToString();
}
