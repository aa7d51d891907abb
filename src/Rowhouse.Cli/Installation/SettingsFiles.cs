using System.Text;

namespace Rowhouse.Cli.Installation;

/// <summary>The file with the server's settings and the one with the owner's, made before there is anything to write, so that no password is set that could then not be kept.</summary>
internal sealed class SettingsFiles : IDisposable
{
    private readonly FileStream server;
    private readonly FileStream owner;
    private bool written;

    private SettingsFiles(FileStream server, FileStream owner)
    {
        this.server = server;
        this.owner = owner;
    }

    /// <summary>Where they are.</summary>
    public SettingsPaths Paths => new(server.Name, owner.Name);

    /// <summary>Makes both, empty.</summary>
    /// <exception cref="InvalidOperationException">One of them is there already or cannot be made.</exception>
    public static SettingsFiles Create(string path)
    {
        var first = Create(path, "");
        try
        {
            return new(first, Create(path, ".owner"));
        }
        catch
        {
            Remove(first);
            throw;
        }
    }

    public async Task WriteAsync(DatabaseSettings settings, CancellationToken cancellationToken)
    {
        await WriteAsync(server, settings.Server, cancellationToken);
        await WriteAsync(owner, settings.Owner, cancellationToken);
        written = true;
    }

    public void Dispose()
    {
        if (written)
        {
            server.Dispose();
            owner.Dispose();
        }
        else
        {
            Remove(server);
            Remove(owner);
        }
    }

    /// <summary>Makes a new file for nobody else to read.</summary>
    /// <exception cref="InvalidOperationException">It is there already or cannot be made.</exception>
    public static FileStream Create(string path, string ending)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        try
        {
            return new(Path.GetFullPath(path) + ending, options);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"The settings cannot be written: {exception.Message} A file that is there is never overwritten. Nothing was changed.", exception);
        }
    }

    private static async Task WriteAsync(FileStream file, IReadOnlyDictionary<string, string> settings, CancellationToken cancellationToken)
    {
        await file.WriteAsync(Encoding.UTF8.GetBytes($"{DatabaseSettings.Lines(settings)}\n"), cancellationToken);
        await file.FlushAsync(cancellationToken);
    }

    private static void Remove(FileStream file)
    {
        file.Dispose();
        File.Delete(file.Name);
    }
}

/// <summary>Where the settings were written.</summary>
internal sealed record SettingsPaths(string Server, string Owner);
