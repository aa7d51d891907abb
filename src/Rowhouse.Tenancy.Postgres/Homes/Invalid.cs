using Npgsql;
using Rowhouse.Tenancy.Postgres.Roles;

namespace Rowhouse.Tenancy.Postgres.Homes;

/// <summary>What a DROP DATABASE leaves that was cut short: a database to which nobody connects and of which nothing can be changed. It can be dropped again.</summary>
internal static class Invalid
{
    /// <summary>Whether the database <c>d</c> of <c>pg_database</c> is one.</summary>
    public const string Sql = "d.datconnlimit = -2";

    public static Task<bool> IsAsync(NpgsqlConnection connection, string database, CancellationToken cancellationToken) =>
        connection.ScalarAsync<bool>($"select exists (select from pg_database d where d.datname = $1 and {Sql})", cancellationToken, database);
}
