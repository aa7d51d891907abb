namespace Rowhouse.ControlPlane.Keys;

/// <summary>The keys of the platform that this server has, from its start on.</summary>
internal sealed class PlatformKeys(ControlPlaneOptions options)
{
    private IReadOnlyList<PlatformKey>? keys;

    /// <summary>The key that wraps.</summary>
    public PlatformKey Current => Keys[0];

    private IReadOnlyList<PlatformKey> Keys => keys ?? throw new InvalidOperationException("The platform's keys are read when the server starts, and it has not started.");

    /// <summary>Takes in the keys of a file, the first of which wraps.</summary>
    public void Open(IReadOnlyList<PlatformKey> read) => keys = read;

    /// <summary>A key by its id.</summary>
    /// <exception cref="PlatformKeyException">The server does not have it.</exception>
    public PlatformKey Find(string id) => (keys ?? PlatformKeyFile.Of(options).Read()).FirstOrDefault(key => key.Id == id) // commands work beside a server, and open alone
        ?? throw new PlatformKeyException($"The platform's key '{id}' has sealed what is to be opened, and this server's file does not have it. Give all servers the same file (ROWHOUSE_PLATFORM_KEY_FILE), and restart them.");
}
