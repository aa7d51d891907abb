using Npgsql;

namespace Rowhouse.Tenancy.Postgres.Roles;

/// <summary>Makes a database, owned by the owner's role and closed to everybody else.</summary>
/// <param name="connection">The administrator's, or for the guards the owner's.</param>
/// <param name="roles">The installation's roles.</param>
internal sealed class DatabaseMaker(NpgsqlConnection connection, RoleNames roles)
{
    /// <summary>Makes the database.</summary>
    /// <remarks>Collation C: an index answers ranges and prefixes of text, and no upgrade of the operating system reorders it.</remarks>
    public static string CreateSql(string database, string owner) => $"create database {Sql.Name(database)} owner {owner} template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C'";

    /// <summary>Takes from everybody what PostgreSQL grants by default in a store, and gives the working roles the right to connect. The owner's, in the database.</summary>
    public static string GuardStoreSql(string database, RoleNames roles) =>
        $"{GuardSql(database, $"{roles.Application}, {roles.Platform}", $"{roles.Tenants}, {roles.Platform}")}\n{AdmitMoverSql(database, roles)};";

    /// <summary>The same in a template of dedicated homes, where the application's login has no place. The owner's, in the database.</summary>
    public static string GuardTemplateSql(string database, RoleNames roles) => $"{GuardSql(database, roles.Platform, $"{roles.Tenants}, {roles.Platform}")}\n{AdmitMoverSql(database, roles)};";

    /// <summary>Lets the mover into a store or a dedicated home. Rows that it brings pass through a temporary table.</summary>
    public static string AdmitMoverSql(string database, RoleNames roles) => $"grant connect, temporary on database {Sql.Name(database)} to {roles.Mover}";

    public async Task EnsureAsync(string database, CancellationToken cancellationToken)
    {
        if (await ExistsAsync(database, cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        // Who gives a database to another role must be able to become it; a superuser is. From 16 on, who made a role is a
        // member of it that still may not become it.
        var right = connection.PostgreSqlVersion.Major >= 16 ? "set" : "member";
        var lent = await connection.ScalarAsync<bool>("select not pg_has_role(current_user, $1, $2)", cancellationToken, roles.Owner, right).ConfigureAwait(false);
        if (lent)
        {
            await connection.ExecuteAsync($"grant {roles.Owner} to current_user", cancellationToken).ConfigureAwait(false);
        }

        try
        {
            await connection.ExecuteAsync(CreateSql(database, roles.Owner), cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException exception) when (exception.SqlState is PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.UniqueViolation)
        {
            // Somebody else made it a moment ago.
            await ExistsAsync(database, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (lent)
            {
                await connection.ExecuteAsync($"revoke {roles.Owner} from current_user", CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Does what <see cref="GuardStoreSql"/> says.</summary>
    public Task GuardStoreAsync(string database, CancellationToken cancellationToken) => GuardAsync(GuardStoreSql(database, roles), cancellationToken);

    /// <summary>The same for the control database: only the platform's role connects.</summary>
    public Task GuardControlAsync(string database, CancellationToken cancellationToken) => GuardAsync(GuardSql(database, roles.Platform, roles.Platform), cancellationToken);

    private Task GuardAsync(string sql, CancellationToken cancellationToken) =>
        connection.ExecuteAsync($"select pg_advisory_xact_lock(hashtext('rowhouse guards'));\n{sql}", cancellationToken);

    private static string GuardSql(string database, string connect, string look)
    {
        var name = Sql.Name(database);
        return $"""
            revoke all on database {name} from public;
            grant connect on database {name} to {connect};
            revoke all on schema public from public;
            grant usage on schema public to {look};
            create collation if not exists public.{DatabaseRoles.ShownText} (provider = icu, locale = 'und-u-kn-true');
            """;
    }

    private async Task<bool> ExistsAsync(string database, CancellationToken cancellationToken)
    {
        var unfit = await connection.ScalarAsync<string?>(
            """
            select case
                when pg_encoding_to_char(encoding) <> 'UTF8' then 'its encoding is ' || pg_encoding_to_char(encoding) || ', not UTF8'
                when datdba <> $2::regrole then 'it belongs to ' || datdba::regrole || ', not to ' || $2
                else ''
            end
            from pg_database where datname = $1
            """,
            cancellationToken, database, roles.Owner).ConfigureAwait(false);
        return unfit switch
        {
            null => false,
            "" => true,
            _ => throw new InvalidOperationException($"The database {database} exists, but {unfit}. Name another one, or mend this one."),
        };
    }
}
