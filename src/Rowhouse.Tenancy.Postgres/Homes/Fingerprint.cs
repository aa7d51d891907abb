using System.Security.Cryptography;
using System.Text;
using Rowhouse.Tenancy.Postgres.Roles;

namespace Rowhouse.Tenancy.Postgres.Homes;

/// <summary>
/// Which schema a database has, as a comment on it: comments on databases lie in the server's shared catalogue, so one query over any of its
/// databases tells it of all, and a transaction that is undone takes its comment back.
/// </summary>
internal static class Fingerprint
{
    private const string Prefix = "rowhouse schema ";
    private const int Length = 16;

    public static string Of(IEnumerable<string> parts) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts).ReplaceLineEndings("\n"))))[..Length];

    /// <summary>Writes a database's fingerprint.</summary>
    public static string CommentSql(string database, string fingerprint) => $"COMMENT ON DATABASE {Sql.Name(database)} IS '{Prefix}{fingerprint}'";

    /// <summary>An expression for the fingerprint of the database <c>d</c> of <c>pg_database</c>; null where it has none.</summary>
    public const string LiveSql = $"substring(shobj_description(d.oid, 'pg_database') from '^{Prefix}([0-9a-f]+)$')";
}
