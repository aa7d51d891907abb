namespace Rowhouse.Tenancy;

/// <summary>Whether a directory hears from its catalogue.</summary>
public enum DirectoryContact
{
    /// <summary>It does: what it does not know does not exist.</summary>
    Connected = 0,

    /// <summary>Not at the moment: what it knows is served, of what it does not know nobody can tell.</summary>
    Disconnected,

    /// <summary>Not for longer than <see cref="DirectoryOptions.MaxStale"/>: nothing it knows can be relied on.</summary>
    Stale,
}
