using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Parameters;

/// <summary>Tells this server's watchers of parameters what may have changed, as the control database tells it.</summary>
internal sealed class ParameterFeed
{
    private readonly Lock gate = new();
    private readonly HashSet<ParameterNews> followers = [];
    private volatile bool isInContact;

    /// <summary>Whether the control database is heard.</summary>
    public bool IsInContact => isInContact;

    /// <summary>Begins to listen: what is told from now on is heard.</summary>
    /// <param name="scope">To what.</param>
    public ParameterNews Follow(ParameterScope scope)
    {
        var news = new ParameterNews(scope, Forget);
        lock (gate)
        {
            followers.Add(news);
        }

        return news;
    }

    /// <summary>The control database is heard. What it told before was not.</summary>
    public void Begin()
    {
        isInContact = true;
        Tell(news => news.AddEverything());
    }

    /// <summary>The control database is not heard any more.</summary>
    public void Lose() => isInContact = false;

    public void TellTenants(IReadOnlyCollection<TenantId> tenants) => Tell(news => news.AddTenants(tenants));

    public void TellPlatform() => Tell(news => news.AddPlatform());

    private void Tell(Action<ParameterNews> add)
    {
        ParameterNews[] listening;
        lock (gate)
        {
            listening = [.. followers];
        }

        foreach (var news in listening)
        {
            add(news);
        }
    }

    private void Forget(ParameterNews news)
    {
        lock (gate)
        {
            followers.Remove(news);
        }
    }
}
