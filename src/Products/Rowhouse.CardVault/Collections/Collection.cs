using Rowhouse.CardVault.Catalogue;

namespace Rowhouse.CardVault.Collections;

/// <summary>Cards that somebody keeps together.</summary>
internal sealed class Collection
{
    public const int MaxName = 120;

    public Collection(Guid id, string name, Guid ownerId, DateTimeOffset now)
    {
        Id = id;
        OwnerId = ownerId;
        CreatedAt = now;
        Name = NameKey = "";
        Rename(name);
    }

    // For the store.
    private Collection() => Name = NameKey = "";

    public Guid Id { get; private init; }

    public string Name { get; private set; }

    /// <summary>The name without case and accents: what makes it unique.</summary>
    public string NameKey { get; private set; }

    public Guid OwnerId { get; private init; }

    public DateTimeOffset CreatedAt { get; private init; }

    public long Version { get; private set; }

    public void Rename(string name)
    {
        Name = name.Trim();
        NameKey = SearchWords.Fold(Name);
        Version++;
    }
}
