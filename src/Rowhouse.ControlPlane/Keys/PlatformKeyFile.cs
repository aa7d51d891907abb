using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Rowhouse.Tenancy.Keys;

namespace Rowhouse.ControlPlane.Keys;

/// <summary>The file with the platform's keys: a line each, <c>id base64</c>. The first wraps, the others still open. Lines that begin with # are for people.</summary>
internal sealed partial class PlatformKeyFile(string path)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
    private const int MaxBytes = 64 * 1024;

    private const string Head = """
        # The platform's keys, which open the keys of all tenants: whoever has this file and the control database has their secrets, and without it
        # nobody has. Keep a copy apart from the databases' backups. The first line wraps, the others still open: docs/secrets.md.

        """;

    /// <summary>The file that the installation's settings name, or the one in its data folder, which is made where it is missing.</summary>
    /// <exception cref="PlatformKeyException">The data folder cannot be made.</exception>
    public static PlatformKeyFile Of(ControlPlaneOptions options)
    {
        if (options.PlatformKeyFile is { } named)
        {
            return new(named);
        }

        try
        {
            Directory.CreateDirectory(options.DataFolder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new PlatformKeyException($"The data folder '{options.DataFolder}', where the platform's key is kept, cannot be made: {exception.Message} Name another one (ROWHOUSE_DATA).", exception);
        }

        return new(System.IO.Path.Combine(options.DataFolder, "platform-key"));
    }

    /// <summary>Where it lies.</summary>
    public string Path { get; } = path;

    public bool Exists => File.Exists(Path);

    /// <summary>Its keys, the first of which wraps.</summary>
    /// <exception cref="PlatformKeyException">It is not there, others can read it, or it has something else.</exception>
    public IReadOnlyList<PlatformKey> Read()
    {
        string text;
        try
        {
            using var stream = File.OpenRead(Path);
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(stream.SafeFileHandle) & Others) is not UnixFileMode.None and var mode)
            {
                throw new PlatformKeyException($"The platform's key '{Path}' can be read or written by others ({mode}). Take that from them: chmod 600 '{Path}'. If somebody may have read it, put a new key on top (docs/secrets.md).");
            }

            if (stream.Length > MaxBytes)
            {
                throw new PlatformKeyException($"'{Path}' has more than {MaxBytes / 1024} KB, so it is not the platform's key. Name the file that is (ROWHOUSE_PLATFORM_KEY_FILE).");
            }

            using var reader = new StreamReader(stream, Encoding.UTF8);
            text = reader.ReadToEnd();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new PlatformKeyException($"The platform's key '{Path}' cannot be read: {exception.Message} Let this user read it, or name another file (ROWHOUSE_PLATFORM_KEY_FILE).", exception);
        }

        return Parse(text);
    }

    /// <summary>Makes the file with one new key, whole or not at all, and never over one that is there. For one server at a time, which <see cref="KeysLock.LockPlatformKeysAsync"/> sees to.</summary>
    /// <exception cref="PlatformKeyException">It cannot be written.</exception>
    public void Make(DateTimeOffset now)
    {
        Span<byte> key = stackalloc byte[Envelope.KeyLength];
        RandomNumberGenerator.Fill(key);
        var id = string.Create(CultureInfo.InvariantCulture, $"{now:yyyy-MM-dd}-{RandomNumberGenerator.GetHexString(8, lowercase: true)}");
        var draft = $"{Path}.{RandomNumberGenerator.GetHexString(8, lowercase: true)}";
        try
        {
            var creation = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
            if (!OperatingSystem.IsWindows())
            {
                creation.UnixCreateMode = OwnerOnly;
            }

            using (var stream = new FileStream(draft, creation))
            {
                stream.Write(Encoding.UTF8.GetBytes($"{Head}{id} {Convert.ToBase64String(key)}\n"));
                stream.Flush(flushToDisk: true);
            }

            try
            {
                File.Move(draft, Path, overwrite: false);
            }
            catch (IOException) when (Exists)
            {
                File.Delete(draft);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new PlatformKeyException($"The platform's key '{Path}' cannot be made: {exception.Message} Let this user write there, or name another file (ROWHOUSE_PLATFORM_KEY_FILE).", exception);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private List<PlatformKey> Parse(string text)
    {
        List<PlatformKey> keys = [];
        foreach (var (index, line) in text.Split('\n').Index())
        {
            if (line.Trim() is not { Length: > 0 } written || written[0] == '#')
            {
                continue;
            }

            // What is wrong is told by its line: the line itself may be a key.
            var key = new byte[Envelope.KeyLength];
            if (Line().Match(written) is not { Success: true } match || !Convert.TryFromBase64String(match.Groups["key"].Value, key, out var length) || length != key.Length)
            {
                throw Malformed($"Line {index + 1} is no key. A line is an id of lower-case letters, digits and dashes, a space, and {Envelope.KeyLength} random bytes in base64.");
            }

            var id = match.Groups["id"].Value;
            if (keys.Exists(known => known.Id == id))
            {
                throw Malformed($"Line {index + 1} has the id '{id}' once more. Each key has an id of its own.");
            }

            keys.Add(new(id, key));
        }

        return keys is [] ? throw Malformed("It has no key.") : keys;
    }

    private PlatformKeyException Malformed(string what) => new($"The platform's key '{Path}' is damaged or another file. {what} Restore it from its copy, or name the right one (ROWHOUSE_PLATFORM_KEY_FILE).");

    [GeneratedRegex("^(?<id>[a-z0-9][a-z0-9-]{0,62})[ \t]+(?<key>[A-Za-z0-9+/]{43}=)$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Line();
}
