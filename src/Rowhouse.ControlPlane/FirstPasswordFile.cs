namespace Rowhouse.ControlPlane;

/// <summary>Where the password that was made for the first super-admin is kept until it is changed.</summary>
public static class FirstPasswordFile
{
    /// <summary>The file.</summary>
    /// <param name="dataFolder">The server's data folder.</param>
    public static string PathIn(string dataFolder) => Path.Combine(dataFolder, "first-password");

    /// <summary>The password, while it has not been changed.</summary>
    /// <param name="dataFolder">The server's data folder.</param>
    public static string? Read(string dataFolder)
    {
        var path = PathIn(dataFolder);
        return File.Exists(path) ? File.ReadAllText(path).Trim() : null;
    }
}
