namespace Rowhouse.Tenancy.Postgres.Embedded;

/// <summary>
/// The operating system's user that the server runs as. PostgreSQL refuses root, so root hands it to <c>postgres</c>, else to
/// the user with the id 65534; anybody else runs it as himself.
/// </summary>
internal sealed class ServerAccount
{
    private const string NobodyId = "65534";

    private readonly string? user;
    private readonly string? group;

    private ServerAccount(string? user, string? group)
    {
        this.user = user;
        this.group = group;
    }

    /// <summary>What stands before a command so that it runs as this user.</summary>
    public IReadOnlyList<string> Prefix =>
        user is null ? [] : ["setpriv", $"--reuid={user}", $"--regid={group}", "--clear-groups", "--no-new-privs"];

    /// <summary>The user for a new cluster.</summary>
    public static ServerAccount ForNewCluster()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return new(null, null);
        }

        // initdb fails for an id without an entry, so only what is listed there will do.
        var entries = File.ReadLines("/etc/passwd").Select(line => line.Split(':')).Where(fields => fields.Length > 3).ToList();
        var entry = entries.Find(fields => fields[0] == "postgres") ?? entries.Find(fields => fields[2] == NobodyId)
            ?? throw new EmbeddedPostgresException($"PostgreSQL does not run as root, and there is neither a user 'postgres' nor one with the id {NobodyId}. Make one (useradd --system postgres), or start as an ordinary user.");
        return new(entry[2], entry[3]);
    }

    /// <summary>The user that a cluster belongs to: it may have been made before <c>postgres</c> was, or by an ordinary user.</summary>
    public static async Task<ServerAccount> OfAsync(string cluster, CancellationToken cancellationToken)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return new(null, null);
        }

        var (_, output, _) = await Shell.RunAsync(["stat", "-c", "%u %g", cluster], cancellationToken).ConfigureAwait(false);
        var owner = output.Split(' ', StringSplitOptions.TrimEntries);
        return owner is [not "0", _] ? new(owner[0], owner[1]) : ForNewCluster();
    }

    public async Task<bool> CanReachAsync(string path, CancellationToken cancellationToken) =>
        user is null || (await Shell.RunAsync([.. Prefix, "test", "-x", path], cancellationToken).ConfigureAwait(false)).ExitCode == 0;

    /// <summary>Gives a file or a folder to this user.</summary>
    public async Task OwnAsync(string path, CancellationToken cancellationToken)
    {
        if (user is not null)
        {
            var (exitCode, _, error) = await Shell.RunAsync(["chown", $"{user}:{group}", path], cancellationToken).ConfigureAwait(false);
            if (exitCode != 0)
            {
                throw new EmbeddedPostgresException($"{path} cannot be given to the user {user}: {error.Trim()}");
            }
        }
    }
}
