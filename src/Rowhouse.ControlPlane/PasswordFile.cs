using System.Security.Cryptography;

namespace Rowhouse.ControlPlane;

/// <summary>A password that the server made itself, in a file of its data folder that only the server's user reads.</summary>
public sealed class PasswordFile
{
    // Without letters and digits that look alike: somebody may type it from a screen.
    private const string Letters = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    private const int Length = 20;

    private readonly string path;

    private PasswordFile(string dataFolder, string name) => path = Path.Combine(dataFolder, name);

    /// <summary>The first super-admin's, until they change it.</summary>
    /// <param name="dataFolder">The server's data folder.</param>
    public static PasswordFile OfFirstAdmin(string dataFolder) => new(dataFolder, "first-password");

    /// <summary>That of the people of the demo tenants.</summary>
    /// <param name="dataFolder">The server's data folder.</param>
    public static PasswordFile OfDemoPeople(string dataFolder) => new(dataFolder, "demo-password");

    /// <summary>The password; <see langword="null"/> where there is none, or none any more.</summary>
    public string? Read() => File.Exists(path) && File.ReadAllText(path).Trim() is { Length: > 0 } password ? password : null;

    /// <summary>The password, made where there is none: one that an interrupted start left behind serves as well as a new one.</summary>
    internal string ReadOrMake()
    {
        if (Read() is { } left)
        {
            return left;
        }

        var password = RandomNumberGenerator.GetString(Letters, Length);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!); // a file in a folder has one
        var creation = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            creation.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var writer = new StreamWriter(path, creation);
        writer.WriteLine(password);
        return password;
    }

    /// <summary>Removes the file once somebody has replaced the password in it.</summary>
    /// <param name="password">The password that does not hold any more.</param>
    internal void Forget(string password)
    {
        if (Read() == password)
        {
            File.Delete(path);
        }
    }
}
