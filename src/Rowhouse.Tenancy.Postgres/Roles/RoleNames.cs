using System.Text.RegularExpressions;
using Npgsql;

namespace Rowhouse.Tenancy.Postgres.Roles;

/// <summary>
/// What the roles of one installation are called. Roles belong to a whole PostgreSQL server, so two installations on one
/// server have different names. Everything that names a role takes it from here.
/// </summary>
public sealed partial record RoleNames
{
    // PostgreSQL cuts longer names off, and two that differ only after the cut would be one role.
    private const int LongestName = 63;

    // In no installation's name, so that its roles and databases are not taken for another one's homes.
    private const string Homes = "_home_";
    private const string Templates = "_template_";

    /// <summary>Names the roles after an installation.</summary>
    /// <param name="installation">Lower-case letters, digits and underscores, a letter first; short enough that PostgreSQL keeps every role's name whole.</param>
    /// <exception cref="ArgumentException">The name is not of this form.</exception>
    public RoleNames(string installation)
    {
        ArgumentNullException.ThrowIfNull(installation);
        Installation = installation;
        var longest = LongestName - (HomeOf(Guid.Empty).Length - installation.Length);
        if (!Form().IsMatch(installation) || installation.Length > longest || installation.StartsWith("pg_", StringComparison.Ordinal)
            || new[] { Homes, Templates }.Any(part => $"{installation}_".Contains(part, StringComparison.Ordinal)))
        {
            throw new ArgumentException($"'{installation}' cannot name an installation: lower-case letters, digits and underscores, a letter first, not pg_ and no part _home or _template, {longest} characters at most.", nameof(installation));
        }
    }

    /// <summary>The names of an installation that has its PostgreSQL server to itself: <c>rowhouse_owner</c> and so on.</summary>
    public static RoleNames Default { get; } = new("rowhouse");

    /// <summary>The name that all of them begin with.</summary>
    public string Installation { get; }

    /// <summary>The role that owns every object. It migrates and does nothing else.</summary>
    public string Owner => $"{Installation}_owner";

    /// <summary>The role of requests and jobs. It owns nothing and is held by row-level security.</summary>
    public string Application => $"{Installation}_app";

    /// <summary>
    /// The group that policies and grants of tenants' tables name. Nobody signs in as it and it may connect nowhere;
    /// <see cref="Application"/> and <see cref="Mover"/> are its members. So a role that is given a home of its own needs no policy of its own.
    /// </summary>
    public string Tenants => $"{Installation}_tenant";

    /// <summary>What the names of dedicated homes begin with, and of their logins: <c>rowhouse_home_</c>. Each login is a member of <see cref="Tenants"/> and may connect to its home alone.</summary>
    internal string HomePrefix => Installation + Homes;

    /// <summary>What the names of databases begin with from which dedicated homes are made.</summary>
    internal string TemplatePrefix => Installation + Templates;

    /// <summary>The role of the control plane.</summary>
    public string Platform => $"{Installation}_platform";

    /// <summary>
    /// The role that empties the homes of tenants, and is there to move them, one tenant at a time: held by row-level security like
    /// <see cref="Application"/>, it may change the home that it has bound, and make temporary tables.
    /// </summary>
    public string Mover => $"{Installation}_mover";

    /// <summary>The role that makes and removes dedicated homes, the databases and their logins. It owns those databases and nothing in them.</summary>
    public string Provisioner => $"{Installation}_provisioner";

    /// <summary>What a dedicated home is called, its database and its login alike.</summary>
    /// <param name="id">The home's id.</param>
    public string HomeOf(Guid id) => $"{HomePrefix}{id:N}";

    /// <summary>What the template is called from which homes of a schema are made.</summary>
    /// <param name="fingerprint">The schema's.</param>
    internal string TemplateOf(string fingerprint) => $"{TemplatePrefix}{fingerprint}";

    /// <summary>Whose a database has to be: the provisioner made homes and templates.</summary>
    /// <param name="database">Its name.</param>
    internal string OwnerOf(string database) =>
        IsOfHome(database) || database.StartsWith(TemplatePrefix, StringComparison.Ordinal) ? Provisioner : Owner;

    /// <summary>Whether requests are worked on in this role: the application's, or that of a home.</summary>
    /// <param name="role">A role's name.</param>
    internal bool IsOfRequests(string role) => role == Application || IsOfHome(role);

    /// <summary>Whether a role has its rights from <see cref="Tenants"/>: those of requests, and the mover.</summary>
    /// <param name="role">A role's name.</param>
    internal bool BelongsToGroup(string role) => IsOfRequests(role) || role == Mover;

    /// <summary>Whether this is the login of a home.</summary>
    /// <param name="role">A role's name.</param>
    internal bool IsOfHome(string role) => role.StartsWith(HomePrefix, StringComparison.Ordinal);

    /// <summary>What makes roles that a newer release needs, for people.</summary>
    internal const string HowToMakeMissing = "Run `rowhouse database init` again, or for the server of an added store `rowhouse database homes --renew`: they make the roles that a newer release needs.";

    /// <summary>Whether a statement failed because a role of the installation is not there.</summary>
    internal bool IsMissing(PostgresException exception) =>
        exception.SqlState == PostgresErrorCodes.UndefinedObject && exception.MessageText.Contains($"\"{Installation}_", StringComparison.Ordinal);

    /// <summary>Puts the names where SQL says <c>:"owner"</c>, <c>:"app"</c>, <c>:"tenant"</c>, <c>:"platform"</c> or <c>:"mover"</c>, as psql's variables are written.</summary>
    internal string Fill(string sql) => sql
        .Replace(":\"owner\"", Owner, StringComparison.Ordinal)
        .Replace(":\"app\"", Application, StringComparison.Ordinal)
        .Replace(":\"tenant\"", Tenants, StringComparison.Ordinal)
        .Replace(":\"platform\"", Platform, StringComparison.Ordinal)
        .Replace(":\"mover\"", Mover, StringComparison.Ordinal);

    /// <summary>The reverse of <see cref="Fill"/>.</summary>
    internal string Unfill(string sql) => sql
        .Replace(Owner, ":\"owner\"", StringComparison.Ordinal)
        .Replace(Application, ":\"app\"", StringComparison.Ordinal)
        .Replace(Tenants, ":\"tenant\"", StringComparison.Ordinal)
        .Replace(Platform, ":\"platform\"", StringComparison.Ordinal)
        .Replace(Mover, ":\"mover\"", StringComparison.Ordinal);

    [GeneratedRegex("^[a-z][a-z0-9_]*\\z", RegexOptions.NonBacktracking)]
    private static partial Regex Form();
}
