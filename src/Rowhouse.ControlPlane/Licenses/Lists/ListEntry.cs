namespace Rowhouse.ControlPlane.Licenses.Lists;

/// <summary>An entry of a list of what licenses name. Its id is kept as it was given, and stays.</summary>
internal abstract class ListEntry
{
    public required string Id { get; init; }

    public string Name { get; private set; } = "";

    /// <summary>The name in lower case: what is sorted by.</summary>
    public string NameKey { get; private set; } = "";

    /// <summary>Whether new licenses may name it.</summary>
    public bool Active { get; private set; }

    public long Version { get; private set; } = 1;

    public void Touch() => Version++;

    protected void Become(string name, bool active)
    {
        Name = name.Trim();
        NameKey = Name.ToLowerInvariant();
        Active = active;
    }
}

/// <summary>How an entry is read and shown.</summary>
/// <typeparam name="TSelf">The entry.</typeparam>
/// <typeparam name="TRequest">What is asked for.</typeparam>
/// <typeparam name="TResponse">What is shown.</typeparam>
internal interface IListEntry<TSelf, TRequest, TResponse>
    where TSelf : ListEntry, IListEntry<TSelf, TRequest, TResponse>
{
    static abstract ListWords Words { get; }

    /// <summary>Makes an entry of what was found right.</summary>
    static abstract TSelf Of(TRequest request);

    static abstract string IdOf(TRequest request);

    /// <summary>Takes what a request says that was found right, but for the id.</summary>
    void Become(TRequest request);

    TRequest ToRequest();

    TResponse ToResponse();
}

/// <summary>How a list is called.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Many">The entries, for people.</param>
/// <param name="Name">An entry, in the names of operations.</param>
/// <param name="Names">The entries, in the same.</param>
/// <param name="Action">What the audit calls what is done to it begins with this.</param>
internal sealed record ListWords(string Path, string Many, string Name, string Names, string Action)
{
    public string Added => $"{Action}.added";

    public string Changed => $"{Action}.changed";
}
