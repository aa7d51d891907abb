using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using Rowhouse.ControlPlane;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.AspNetCore.Resolution;
using Rowhouse.Tenancy.Postgres;

namespace Rowhouse.Server;

/// <summary>What a server has to be told. Everything has a default that works on a developer's machine.</summary>
public sealed record ServerSettings
{
    /// <summary>Where it listens.</summary>
    public string Url { get; init; } = "http://localhost:5080";

    /// <summary>Where it keeps things.</summary>
    public string DataFolder { get; init; } = Path.GetFullPath("data");

    /// <summary>The file with the platform's keys, where several servers share it.</summary>
    /// <value>None by default: then it is <c>platform-key</c> in the data folder.</value>
    public string? PlatformKeyFile { get; init; }

    /// <summary>The first super-admin's address.</summary>
    public string AdminEmail { get; init; } = "admin@rowhouse.localhost";

    /// <summary>The first super-admin's password; one is made where there is none.</summary>
    public string? AdminPassword { get; init; }

    /// <summary>Which hosts name a tenant, where <see cref="TenantSources"/> does not say it.</summary>
    public string HostTemplate { get; init; } = "{tenant}.localhost";

    /// <summary>Where requests name their tenant, in the form of <see cref="TenantSourceList"/>.</summary>
    /// <value>Host, path and the headers <c>X-Tenant-Id</c> and <c>X-Account-Id</c>.</value>
    [AllowNull]
    public IReadOnlyList<string> TenantSources
    {
        get => field ?? [$"host {HostTemplate}", ConsolePath, "header X-Tenant-Id", "header X-Account-Id"];
        init;
    }

    /// <summary>Whether links that begin with a tenant's name, <c>/smith/cards</c>, are sent to <c>/t/smith/cards</c>.</summary>
    public bool BarePaths { get; init; }

    /// <summary>How many tenants are kept in memory, and for how long without the catalogue.</summary>
    public DirectoryOptions Directory { get; init; } = new();

    /// <summary>A PKCS#12 or PEM file with certificate and key, for serving https.</summary>
    public string? Certificate { get; init; }

    /// <summary>The addresses of the TLS proxies in front, whose word about the caller is taken.</summary>
    public IReadOnlyList<IPAddress> Proxies { get; init; } = [];

    /// <summary>The connection string of a Redis that the nodes share; without one each node caches for itself.</summary>
    public string? Redis { get; init; }

    /// <summary>The name servers that are asked whether a tenant's domain is its own.</summary>
    /// <value>None by default: those of the system.</value>
    public IReadOnlyList<IPEndPoint> NameServers { get; init; } = [];

    /// <summary>The products of a tenant that is made without naming any.</summary>
    public IReadOnlyList<string> DefaultProducts { get; init; } = [];

    /// <summary>Slugs that nobody may take, besides those that never can be taken.</summary>
    public IReadOnlyList<string> ReservedSlugs { get; init; } = [];

    /// <summary>Whether tenants are protected from deletion that are made without saying whether they are.</summary>
    /// <value>None by default: they are, unless demo tenants are kept here.</value>
    public bool? DeletionProtection { get; init; }

    /// <summary>For how many days a deleted tenant can be revived.</summary>
    public int RetentionDays { get; init; } = 30;

    /// <summary>How many dedicated homes are kept ready in each store.</summary>
    public int PooledHomes { get; init; } = 2;

    /// <summary>How many sign-ins one network may send at once, before it has one a second.</summary>
    public int SignInBurst { get; init; } = 100;

    /// <summary>Whether demo tenants with data are kept.</summary>
    public bool Demo { get; init; }

    /// <summary>Where the built console lies.</summary>
    public string ConsoleFolder { get; init; } = Path.Combine(AppContext.BaseDirectory, "console");

    /// <summary>The database, where the configuration is not to be asked for it.</summary>
    public PostgresConnections? Database { get; init; }

    private const int PollsMissed = 4;
    private const int MostRetentionDays = 3650;
    private const int MostPooledHomes = 100;
    private const int DnsPort = 53;

    /// <summary>Where the console's pages name their tenant.</summary>
    private const string ConsolePath = "path /t/{tenant}";

    /// <summary>What the settings were read from, for what they leave to others: the database and the levels of logs.</summary>
    internal IConfiguration? Configuration { get; init; }

    /// <summary>Whether browsers reach the server by https.</summary>
    public bool IsSecure => Proxies.Count > 0 || Url.StartsWith("https:", StringComparison.OrdinalIgnoreCase);

    /// <summary>The first super-admin's password, as long as nobody has changed it.</summary>
    public string? ReadFirstPassword() => PasswordFile.OfFirstAdmin(DataFolder).Read();

    /// <summary>Reads the settings.</summary>
    /// <param name="configuration">Environment variables and other sources.</param>
    /// <exception cref="ServerSettingsException">A setting cannot be read.</exception>
    public static ServerSettings From(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var defaults = new ServerSettings();
        var settings = new ServerSettings
        {
            Configuration = configuration,
            Url = Optional("ROWHOUSE_URL") ?? defaults.Url,
            DataFolder = Path.GetFullPath(Optional("ROWHOUSE_DATA") ?? defaults.DataFolder),
            PlatformKeyFile = Optional("ROWHOUSE_PLATFORM_KEY_FILE") is { } platformKey ? Path.GetFullPath(platformKey) : null,
            AdminEmail = Optional("ROWHOUSE_ADMIN_EMAIL") ?? defaults.AdminEmail,
            AdminPassword = Optional("ROWHOUSE_ADMIN_PASSWORD"),
            HostTemplate = Optional("ROWHOUSE_HOST_TEMPLATE") ?? defaults.HostTemplate,
            TenantSources = ReadSources(),
            BarePaths = ReadSwitch("ROWHOUSE_BARE_PATHS"),
            Directory = new()
            {
                Capacity = ReadNumber("Directory:Capacity") ?? defaults.Directory.Capacity,
                MaxStale = ReadTime("Directory:MaxStale", TimeSpan.Zero) ?? defaults.Directory.MaxStale,
                Poll = ReadTime("Directory:Poll", TimeSpan.FromSeconds(1)) ?? defaults.Directory.Poll,
            },
            Certificate = Optional("ROWHOUSE_CERTIFICATE"),
            Proxies = [.. Many("ROWHOUSE_PROXIES").Select(ReadProxy)],
            Redis = Optional("ROWHOUSE_REDIS"),
            NameServers = [.. Many("ROWHOUSE_DNS").Select(ReadNameServer)],
            DefaultProducts = [.. Many("Tenants:DefaultProducts")],
            ReservedSlugs = [.. Many("Tenants:ReservedSlugs")],
            DeletionProtection = Optional("Tenants:DeletionProtection") is null ? null : ReadSwitch("Tenants:DeletionProtection"),
            PooledHomes = ReadNumber("Homes:Pool", MostPooledHomes, least: 0) ?? defaults.PooledHomes,
            RetentionDays = ReadNumber("Tenants:RetentionDays", MostRetentionDays) ?? defaults.RetentionDays,
        };
        return PollsMissed * settings.Directory.Poll <= settings.Directory.MaxStale
            ? settings
            : throw new ServerSettingsException($"Directory__Poll is {settings.Directory.Poll} and Directory__MaxStale {settings.Directory.MaxStale}. The second is at least {PollsMissed} times the first: only after so many does the server know that it hears nothing.");

        string? Optional(string key) => string.IsNullOrWhiteSpace(configuration[key]) ? null : configuration[key];

        int? ReadNumber(string key, int most = int.MaxValue, int least = 1) =>
            Optional(key) is not { } text ? null
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most ? value
            : throw new ServerSettingsException($"{Variable(key)} is '{text}'. It is a number from {least} {(most < int.MaxValue ? $"to {most}" : "on")}.");

        TimeSpan? ReadTime(string key, TimeSpan least) =>
            Optional(key) is not { } text ? null
            : TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out var value) && value >= least && value <= TimeSpan.FromHours(1) ? value
            : throw new ServerSettingsException($"{Variable(key)} is '{text}'. It is a time up to 01:00:00, such as 00:05:00.");

        string Variable(string key) => key.Replace(":", "__", StringComparison.Ordinal);

        bool ReadSwitch(string key) => Optional(key) switch
        {
            null or "0" or "false" => false,
            "1" or "true" => true,
            var other => throw new ServerSettingsException($"{Variable(key)} is '{other}'. It is 1 or 0."),
        };

        IReadOnlyList<string>? ReadSources()
        {
            string[] sources = [.. Many("ROWHOUSE_TENANT_SOURCES").Select(source => string.Join(' ', source.Split(' ', StringSplitOptions.RemoveEmptyEntries)))];
            if (sources is [])
            {
                Check("ROWHOUSE_HOST_TEMPLATE", defaults with { HostTemplate = Optional("ROWHOUSE_HOST_TEMPLATE") ?? defaults.HostTemplate });
                return null;
            }

            if (Optional("ROWHOUSE_HOST_TEMPLATE") is not null)
            {
                throw new ServerSettingsException("ROWHOUSE_TENANT_SOURCES and ROWHOUSE_HOST_TEMPLATE are both set. Write the template into the first, as 'host {tenant}.example.com', and leave the second out.");
            }

            Check("ROWHOUSE_TENANT_SOURCES", defaults with { TenantSources = sources });
            if (sources.FirstOrDefault(source => source.StartsWith("claim ", StringComparison.Ordinal) || source.StartsWith("api-key ", StringComparison.Ordinal)) is { } refused)
            {
                throw new ServerSettingsException($"ROWHOUSE_TENANT_SOURCES has '{refused}', and this server takes neither tokens of others nor API keys. Leave it out.");
            }

            return sources.Contains(ConsolePath, StringComparer.Ordinal)
                ? sources
                : throw new ServerSettingsException($"ROWHOUSE_TENANT_SOURCES has no '{ConsolePath}', by which the console's pages name their tenant. Add it.");
        }

        static void Check(string key, ServerSettings settings)
        {
            try
            {
                TenantSourceList.Parse(settings.TenantSources);
            }
            catch (FormatException wrong)
            {
                throw new ServerSettingsException($"{key}: {wrong.Message}");
            }
        }

        IEnumerable<string> Many(string key) => configuration.GetSection(key) is { } section && section.GetChildren().Any()
            ? section.GetChildren().Select(child => child.Value ?? "").Where(value => value.Length > 0)
            : (Optional(key) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    /// <summary>Where a program on this machine reaches the server.</summary>
    /// <exception cref="ServerSettingsException">The address cannot be used.</exception>
    public Uri LocalUrl()
    {
        var url = CheckUrl();
        return url.DnsSafeHost is "0.0.0.0" or "::" ? new UriBuilder(url) { Host = "localhost" }.Uri : url;
    }

    /// <summary>Where to listen, checked: plain http only where nobody else can hear it.</summary>
    /// <exception cref="ServerSettingsException">The address cannot be used, or would carry passwords in the open.</exception>
    internal Uri CheckUrl()
    {
        if (!Uri.TryCreate(Url.Replace("//+", "//0.0.0.0", StringComparison.Ordinal).Replace("//*", "//0.0.0.0", StringComparison.Ordinal), UriKind.Absolute, out var url)
            || url.Scheme is not ("http" or "https")
            || url.PathAndQuery != "/"
            || url.UserInfo.Length > 0
            || url.Fragment.Length > 0)
        {
            throw new ServerSettingsException($"ROWHOUSE_URL '{Url}' is not an address to listen on. An example is http://localhost:5080.");
        }

        var loopback = url.IsLoopback || IsLocalName(url.Host);
        if (url.Scheme == "http" && !loopback && Proxies.Count == 0)
        {
            throw new ServerSettingsException(
                $"ROWHOUSE_URL '{Url}' would carry passwords in the open. Either listen on http://localhost:{url.Port}, "
                + "or give an https address and a certificate (ROWHOUSE_CERTIFICATE), or name the TLS proxy in front (ROWHOUSE_PROXIES, its IP address).");
        }

        if (url.Scheme == "https" && Certificate is null)
        {
            throw new ServerSettingsException($"ROWHOUSE_URL '{Url}' needs a certificate: set ROWHOUSE_CERTIFICATE to a PKCS#12 or PEM file with certificate and key.");
        }

        // Kestrel takes any name but localhost for every address of the machine, and no port of its own choice for localhost.
        return !loopback || IPAddress.TryParse(url.DnsSafeHost, out _) ? url : new UriBuilder(url) { Host = url.Port == 0 ? "127.0.0.1" : "localhost" }.Uri;
    }

    private static bool IsLocalName(string host) => host.TrimEnd('.') is "localhost" || host.TrimEnd('.').EndsWith(".localhost", StringComparison.Ordinal);

    private static IPAddress ReadProxy(string text) => IPAddress.TryParse(text, out var address)
        ? address
        : throw new ServerSettingsException($"ROWHOUSE_PROXIES names '{text}', which is no IP address.");

    private static IPEndPoint ReadNameServer(string text) => !IPEndPoint.TryParse(text, out var server)
        ? throw new ServerSettingsException($"ROWHOUSE_DNS names '{text}', which is no IP address with or without a port, such as 192.0.2.53 or [2001:db8::53]:5353.")
        : server.Port == 0 ? new(server.Address, DnsPort) : server;
}

/// <summary>A setting that the server cannot start with; the message says which and how to mend it.</summary>
/// <param name="message">Which setting, and how to mend it.</param>
public sealed class ServerSettingsException(string message) : Exception(message);
