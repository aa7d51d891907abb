using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Npgsql;
using Rowhouse.Tenancy.Postgres;

namespace Rowhouse.Testing;

/// <summary>
/// The plans of all that is run in some databases of the tests' server, as auto_explain writes them into the server's log:
/// of each statement as it was sent, in the role and the transaction that it was sent in, and of those within triggers,
/// functions and foreign keys.
/// </summary>
/// <remarks>What has no plan is not there: <c>COPY</c>, <c>LOCK</c>, <c>SET</c>, <c>SAVEPOINT</c>. Nor is a statement that failed.</remarks>
public sealed partial class PlanLog
{
    /// <summary>A plan is made for the values at hand.</summary>
    public const string ForTheseValues = "force_custom_plan";

    /// <summary>A plan is made for any values.</summary>
    public const string ForAny = "force_generic_plan";

    /// <summary>A statement that stays prepared may get either.</summary>
    public static readonly IReadOnlyList<string> Modes = [ForTheseValues, ForAny];

    // Who, where.
    private const string Prefix = "%q%u@%d ";

    private static int marks;

    private readonly string admin;
    private readonly IReadOnlyList<NpgsqlDataSource> sources;
    private readonly HashSet<string> databases;

    private PlanLog(string admin, IReadOnlyList<NpgsqlDataSource> sources)
    {
        this.admin = admin;
        this.sources = sources;
        databases = [.. sources.Select(source => new NpgsqlConnectionStringBuilder(source.ConnectionString).Database!)]; // every store names its own
    }

    /// <summary>Begins to write plans of what a store's pools run.</summary>
    /// <param name="postgres">The server.</param>
    /// <param name="store">The databases. Its idle connections are closed.</param>
    public static async Task<PlanLog> StartAsync(PostgresFixture postgres, PostgresStore store)
    {
        ArgumentNullException.ThrowIfNull(postgres);
        ArgumentNullException.ThrowIfNull(store);
        var log = new PlanLog(await postgres.AdminAsync(), [store.Application, store.Platform, .. store.Connections.Control is null ? Array.Empty<NpgsqlDataSource>() : [store.Control]]);
        await log.ExecuteAsync($"ALTER SYSTEM SET log_line_prefix = '{Prefix}'");
        await log.ExecuteAsync("SELECT pg_reload_conf()");
        await Eventually.UntilAsync(async () => await log.ScalarAsync<string>("SELECT current_setting('log_line_prefix')") == Prefix, CancellationToken.None);

        await log.SetAsync("session_preload_libraries = 'auto_explain'", "auto_explain.log_min_duration = 0", "auto_explain.log_nested_statements = on", "auto_explain.log_verbose = on", "auto_explain.log_analyze = on", "auto_explain.log_timing = off", "auto_explain.log_format = 'json'");
        return log;
    }

    /// <summary>Chooses the plans of all that runs from now on.</summary>
    /// <param name="mode">One of <see cref="Modes"/>.</param>
    public Task UseAsync(string mode) => SetAsync($"plan_cache_mode = {mode}");

    /// <summary>The plans of all that ran during some work.</summary>
    public async Task<IReadOnlyList<StatementPlan>> RecordAsync(Func<Task> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        var file = await ScalarAsync<string>("SELECT pg_current_logfile()");
        var began = await ScalarAsync<long>($"SELECT (pg_stat_file('{file}')).size");

        // At midnight the log goes on in another file.
        var read = string.Create(CultureInfo.InvariantCulture, $"""
            SELECT pg_read_binary_file('{file}', {began}, (pg_stat_file('{file}')).size - {began})
                || CASE WHEN pg_current_logfile() <> '{file}' THEN pg_read_binary_file(pg_current_logfile()) ELSE '' END
            """);

        // What was written to the log before a mark is in the file before it, though perhaps not yet.
        var begin = await MarkAsync();
        await work();
        var mark = await MarkAsync();
        var text = "";
        await Eventually.UntilAsync(
            async () =>
            {
                text = Encoding.UTF8.GetString(await ScalarAsync<byte[]>(read) ?? []);
                return text.Contains(mark, StringComparison.Ordinal);
            },
            CancellationToken.None);
        return [.. Plan().Matches(text[text.IndexOf(begin, StringComparison.Ordinal)..]).Select(Read).OfType<StatementPlan>()];

        async Task<string> MarkAsync()
        {
            var next = string.Create(CultureInfo.InvariantCulture, $"mark {Interlocked.Increment(ref marks)}.");
            await ExecuteAsync($"DO $$ BEGIN RAISE LOG '{next}'; END $$");
            return next;
        }
    }

    private StatementPlan? Read(Match match)
    {
        if (!databases.Contains(match.Groups["database"].Value))
        {
            return null;
        }

        var plan = JsonDocument.Parse(match.Groups["json"].Value.Replace("\n\t", "\n", StringComparison.Ordinal)).RootElement;
        return new(match.Groups["role"].Value, match.Groups["database"].Value, plan.GetProperty("Query Text").GetString() ?? "", PlanNode.Of(plan.GetProperty("Plan")));
    }

    // A session begins with what its database says.
    private async Task SetAsync(params string[] settings)
    {
        foreach (var database in databases)
        {
            foreach (var setting in settings)
            {
                await ExecuteAsync($"ALTER DATABASE {database} SET {setting}");
            }
        }

        foreach (var source in sources)
        {
            source.Clear();
        }
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(admin);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private async Task<T?> ScalarAsync<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(admin);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (T?)await command.ExecuteScalarAsync();
    }

    [GeneratedRegex(@"^(?<role>[^\s@]+)@(?<database>\S+) LOG:  duration: [0-9.]+ ms  plan:\n(?<json>(\t.*\n)+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Plan();
}

/// <summary>A statement that was run, and how.</summary>
/// <param name="Role">Who had signed in.</param>
/// <param name="Database">Where.</param>
/// <param name="Sql">The statement as the server was given it.</param>
/// <param name="Root">The plan.</param>
public sealed partial record StatementPlan(string Role, string Database, string Sql, PlanNode Root)
{
    /// <summary>Whether the plan uses an index.</summary>
    /// <param name="index">The index with its schema.</param>
    public bool Uses(string index) => Root.All.Any(node => node.Index == index);

    /// <summary>Whether the statement has a part.</summary>
    /// <param name="part">The part, with one space where the statement has any, or breaks its line.</param>
    public bool Says(string part) => Spaces().Replace(Sql, " ").Contains(part, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => $"{Role}: {Sql}\n{Root}";

    [GeneratedRegex(@"\s+", RegexOptions.NonBacktracking)]
    private static partial Regex Spaces();
}

/// <summary>A step of a plan.</summary>
/// <param name="Type">What it does, as EXPLAIN calls it.</param>
/// <param name="Table">The table that it reads or writes, with its schema.</param>
/// <param name="Index">The index that it reads, with its schema.</param>
/// <param name="Conditions">What rows have to be like, each with its kind: <c>Index Cond: (id = $1)</c>.</param>
/// <param name="Rows">How many rows the planner expects of it.</param>
/// <param name="Read">How many rows it had to look at, with those that were not like that.</param>
/// <param name="Children">The steps before it.</param>
public sealed record PlanNode(string Type, string? Table, string? Index, IReadOnlyList<string> Conditions, double Rows, double Read, IReadOnlyList<PlanNode> Children)
{
    private static readonly string[] Kinds = ["Index Cond", "Recheck Cond", "Hash Cond", "Merge Cond", "Join Filter", "One-Time Filter", "Filter", "Sort Key"];

    /// <summary>It and all steps before it.</summary>
    public IEnumerable<PlanNode> All => Children.SelectMany(child => child.All).Prepend(this);

    /// <summary>Reads a plan.</summary>
    /// <param name="json">As EXPLAIN's format JSON has it.</param>
    public static PlanNode Of(JsonElement json) => Of(json, within: null);

    // What reads an index for a bitmap does not say of which table; the step above it does.
    private static PlanNode Of(JsonElement json, JsonElement? within)
    {
        JsonElement? described = json.TryGetProperty("Schema", out _) ? json : Text("Node Type") is "Bitmap Index Scan" or "BitmapAnd" or "BitmapOr" ? within : null;
        var schema = described?.GetProperty("Schema").GetString();
        return new(
            Text("Node Type")!, // every step has one
            Text("Relation Name") is { } table ? $"{schema}.{table}" : null,
            Text("Index Name") is { } index ? $"{schema}.{index}" : null,
            [.. Kinds.Where(kind => json.TryGetProperty(kind, out _)).Select(kind => $"{kind}: {json.GetProperty(kind)}")],
            json.GetProperty("Plan Rows").GetDouble(),
            Number("Actual Loops") * (Number("Actual Rows") + Number("Rows Removed by Filter") + Number("Rows Removed by Index Recheck")), // they are told of an average loop
            json.TryGetProperty("Plans", out var plans) ? [.. plans.EnumerateArray().Select(child => Of(child, described))] : []);

        double Number(string property) => json.TryGetProperty(property, out var value) ? value.GetDouble() : 0;

        string? Text(string property) => json.TryGetProperty(property, out var value) ? value.GetString() : null;
    }

    /// <inheritdoc/>
    public override string ToString() => Lines(0);

    private string Lines(int depth)
    {
        var indent = new string(' ', 2 * depth);
        return $"{indent}{Type}{(Index is null ? "" : $" using {Index}")}{(Table is null ? "" : $" on {Table}")} (rows={Rows}, read={Read})"
            + string.Concat(Conditions.Select(condition => $"\n{indent}    {condition}"))
            + string.Concat(Children.Select(child => $"\n{child.Lines(depth + 1)}"));
    }
}
