using System.Text.Json;
using Rowhouse.Cli.Terminal;

namespace Rowhouse.Cli.Sessions;

/// <summary>The tokens that <c>rowhouse login</c> keeps, one per server, in a file that only its owner can read.</summary>
internal sealed class Credentials(string path)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static Credentials Of(CliEnvironment environment)
    {
        var folder = environment.Variable("XDG_CONFIG_HOME")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".config");
        return new(Path.Combine(folder, "rowhouse", "credentials.json"));
    }

    public string? Find(Uri server) => Read().GetValueOrDefault(KeyOf(server));

    public void Keep(Uri server, string token)
    {
        var all = Read();
        all[KeyOf(server)] = token;
        Write(all);
    }

    public bool Forget(Uri server)
    {
        var all = Read();
        if (!all.Remove(KeyOf(server)))
        {
            return false;
        }

        Write(all);
        return true;
    }

    private static string KeyOf(Uri server) => server.GetLeftPart(UriPartial.Authority);

    private Dictionary<string, string> Read()
    {
        if (!File.Exists(path))
        {
            return [];
        }

        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(path)) ?? [];
        }
        catch (JsonException unreadable)
        {
            throw new IOException($"{path} is not readable as JSON. Remove it and sign in again with 'rowhouse login'.", unreadable);
        }
    }

    private void Write(Dictionary<string, string> all)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!); // the path is made above and has a folder
        var fresh = path + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var file = new FileStream(fresh, options))
        {
            JsonSerializer.Serialize(file, all, Indented);
        }

        // Replaced whole: a reader sees the old file or the new one.
        File.Move(fresh, path, overwrite: true);
    }
}
