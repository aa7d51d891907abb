using System.Security.Cryptography;

namespace Rowhouse.ControlPlane.People;

/// <summary>The password that was made for the first super-admin: kept in a file that only the server's user reads, until it is changed.</summary>
internal sealed class FirstPassword(ControlPlaneOptions options)
{
    // Without letters and digits that look alike: somebody may type it from a screen.
    private const string Letters = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

    private readonly string path = FirstPasswordFile.PathIn(options.DataFolder);

    /// <summary>The password while it has not been changed.</summary>
    public string? Read() => FirstPasswordFile.Read(options.DataFolder);

    /// <summary>A password that an interrupted start left behind serves as well as a new one.</summary>
    public string ReadOrMake()
    {
        if (Read() is { Length: > 0 } left)
        {
            return left;
        }

        var password = RandomNumberGenerator.GetString(Letters, 20);
        Directory.CreateDirectory(options.DataFolder);
        var creation = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            creation.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var writer = new StreamWriter(path, creation);
        writer.WriteLine(password);
        return password;
    }

    /// <summary>The file says nothing true any more once that account has another password.</summary>
    public void Forget(string emailKey)
    {
        if (emailKey == Passwords.KeyOf(options.AdminEmail))
        {
            File.Delete(path);
        }
    }
}
