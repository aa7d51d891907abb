using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rowhouse.Tenancy.Postgres.Roles;

namespace Rowhouse.Tenancy.Postgres.Embedded;

/// <summary>
/// What the embedded server keeps in a data folder: the passwords, where it listens at the moment, and the cluster itself,
/// or where that is, when the user that the server runs as could not reach it here.
/// </summary>
internal sealed class DataFolder
{
    // A file that lacks something is no better than none.
    private static readonly JsonSerializerOptions Whole = new() { RespectRequiredConstructorParameters = true };

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Passable = OwnerOnly | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private readonly string root;

    private DataFolder(string root, string home)
    {
        this.root = root;
        Home = home;
    }

    /// <summary>The folder of everything that belongs to one cluster.</summary>
    public string Home { get; }

    public string Cluster => Path.Combine(Home, "cluster");

    /// <summary>The major version that made the cluster.</summary>
    /// <value><see langword="null"/> where there is none yet.</value>
    public int? ClusterVersion
    {
        get
        {
            var file = Path.Combine(Cluster, "PG_VERSION");
            return !File.Exists(file) ? null
                : int.TryParse(File.ReadAllText(file), System.Globalization.CultureInfo.InvariantCulture, out var version) ? version
                : throw new EmbeddedPostgresException($"{file} names no version of PostgreSQL: the folder is damaged or somebody else's. Name another one (ROWHOUSE_DATA).");
        }
    }

    private string RuntimeFile => Path.Combine(root, "runtime.json");

    private string PasswordFile => Path.Combine(root, "postgres-passwords.json");

    public static async Task<DataFolder> OpenAsync(string folder, CancellationToken cancellationToken)
    {
        var path = Path.GetFullPath(folder);
        try
        {
            // Passable, not readable: the server's user has to get through to its own folder.
            Directory.CreateDirectory(path, Passable);
            var location = Path.Combine(path, "postgres-location");
            if (File.Exists(location))
            {
                return new(path, (await File.ReadAllTextAsync(location, cancellationToken).ConfigureAwait(false)).Trim());
            }

            var home = Path.Combine(path, "postgres");
            if (!Directory.Exists(home) && !await ServerAccount.ForNewCluster().CanReachAsync(path, cancellationToken).ConfigureAwait(false))
            {
                home = Path.Combine("/var/lib/rowhouse", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)))[..16]);
                await WriteAsync(location, home + "\n", cancellationToken).ConfigureAwait(false);
            }

            Directory.CreateDirectory(home, Passable);
            return new(path, home);
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
        {
            throw new EmbeddedPostgresException($"The data folder '{path}' cannot be used: {exception.Message} Start as the user it belongs to, or name another folder (ROWHOUSE_DATA).");
        }
    }

    /// <summary>Makes this process the one that runs the server; the kernel takes the right back when the process ends, however it ends.</summary>
    /// <returns><see langword="null"/> where another host has it.</returns>
    public FileStream? TryOwn()
    {
        // Beside the cluster, not beside the passwords: a copied data folder still names the same cluster.
        try
        {
            // Whoever may open it may lock it.
            return new FileStream(
                Path.Combine(Home, "owner.lock"),
                new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, UnixCreateMode = OwnerOnly });
        }
        catch (IOException exception) when (exception is not (DirectoryNotFoundException or FileNotFoundException))
        {
            return null;
        }
    }

    /// <summary>The passwords, for whoever joins a server that another process runs.</summary>
    /// <returns><see langword="null"/> where the file lacks one: an older release runs that server.</returns>
    public Task<ServerPasswords?> ReadPasswordsAsync(CancellationToken cancellationToken) => ReadAsync<ServerPasswords>(PasswordFile, cancellationToken);

    /// <summary>The passwords, for whoever owns the folder and starts the server; made where they are not there.</summary>
    /// <exception cref="EmbeddedPostgresException">There is a cluster, and nothing that opens it.</exception>
    public async Task<ServerPasswords> EnsurePasswordsAsync(CancellationToken cancellationToken)
    {
        await AddMissingPasswordsAsync(cancellationToken).ConfigureAwait(false);
        if (await ReadPasswordsAsync(cancellationToken).ConfigureAwait(false) is { } kept)
        {
            return kept;
        }

        if (ClusterVersion is not null)
        {
            throw new EmbeddedPostgresException($"{PasswordFile} is missing or damaged, and the cluster in {Cluster} does not open without it. Restore it from a backup, or move the cluster away to start with an empty one.");
        }

        var made = new ServerPasswords(RolePasswords.Generate().Owner, RolePasswords.Generate());
        await WriteAsync(PasswordFile, JsonSerializer.Serialize(made), cancellationToken).ConfigureAwait(false);
        return made;
    }

    // An older release has written none for a role that came since. Any will do: each start gives the roles the passwords that are here.
    private async Task AddMissingPasswordsAsync(CancellationToken cancellationToken)
    {
        if (await ReadAsync<JsonObject>(PasswordFile, cancellationToken).ConfigureAwait(false) is not { } kept || kept[nameof(ServerPasswords.Roles)] is not JsonObject roles)
        {
            return;
        }

        var isMissing = false;
        foreach (var (role, password) in JsonSerializer.SerializeToNode(RolePasswords.Generate())!.AsObject()) // a record is an object
        {
            isMissing |= roles.TryAdd(role, password?.DeepClone());
        }

        if (isMissing)
        {
            await WriteAsync(PasswordFile, kept.ToJsonString(), cancellationToken).ConfigureAwait(false);
        }
    }

    public Task<ServerRuntime?> RuntimeAsync(CancellationToken cancellationToken) => ReadAsync<ServerRuntime>(RuntimeFile, cancellationToken);

    public Task PublishAsync(ServerRuntime runtime, CancellationToken cancellationToken) =>
        WriteAsync(RuntimeFile, JsonSerializer.Serialize(runtime), cancellationToken);

    /// <summary>A file that only the user of this process reads; whole or not at all, also through a power cut.</summary>
    public static async Task WriteAsync(string file, string text, CancellationToken cancellationToken)
    {
        var draft = $"{file}.{Environment.ProcessId}";
        var stream = new FileStream(draft, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = OwnerOnly });
        await using (stream.ConfigureAwait(false))
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes(text), cancellationToken).ConfigureAwait(false);
            stream.Flush(flushToDisk: true);
        }

        File.Move(draft, file, overwrite: true);
    }

    private static async Task<T?> ReadAsync<T>(string file, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            var stream = File.OpenRead(file);
            await using (stream.ConfigureAwait(false))
            {
                return await JsonSerializer.DeserializeAsync<T>(stream, Whole, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is FileNotFoundException or JsonException)
        {
            return null;
        }
    }
}

/// <summary>The passwords of the cluster's superuser and of Rowhouse's roles.</summary>
internal sealed record ServerPasswords(string Administrator, RolePasswords Roles)
{
    public override string ToString() => nameof(ServerPasswords);
}

/// <summary>The server that runs now, for whoever else works on the data folder.</summary>
/// <param name="Host">The socket's folder, or 127.0.0.1.</param>
/// <param name="Port">The port.</param>
/// <param name="Databases">The databases that are ready.</param>
/// <param name="ProcessId">The server's process.</param>
/// <param name="HostProcessId">The process that owns it.</param>
internal sealed record ServerRuntime(string Host, int Port, DatabaseNames Databases, int ProcessId, int HostProcessId);
