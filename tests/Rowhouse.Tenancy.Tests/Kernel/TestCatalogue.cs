using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Rowhouse.Tenancy.Tests.Kernel;

/// <summary>A catalogue in memory that counts what it is asked, and that can be out of reach.</summary>
public sealed class TestCatalogue : ITenantCatalogue
{
    private readonly ConcurrentDictionary<TenantId, CatalogueEntry> entries = new();
    private readonly ConcurrentDictionary<Channel<CatalogueEntry[]>, bool> listeners = new();
    private volatile bool away;
    private bool began;
    private int queries;

    /// <summary>How often it was asked for tenants.</summary>
    public int Queries => queries;

    /// <summary>What it was asked for.</summary>
    public ConcurrentQueue<Identifier> Asked { get; } = new();

    /// <summary>What it does before it answers.</summary>
    public Func<Task> Answering { get; set; } = () => Task.CompletedTask;

    /// <summary>Whether it answers no question for a tenant until whoever asked gives up.</summary>
    public bool Silent { get; set; }

    public Tenant Add(Tenant tenant, params Identifier[] identifiers)
    {
        Set(tenant, identifiers);
        return tenant;
    }

    /// <summary>Changes a tenant and tells everybody who listens.</summary>
    public void Change(Tenant tenant, params Identifier[] identifiers)
    {
        Set(tenant, identifiers);
        Tell(entries[tenant.Id]);
    }

    /// <summary>Changes a tenant, and nobody hears of it.</summary>
    public void Set(Tenant tenant, params Identifier[] identifiers) => entries[tenant.Id] = new(tenant, identifiers);

    /// <summary>A sign of life.</summary>
    public void Tell(params CatalogueEntry[] changed)
    {
        foreach (var listener in listeners.Keys)
        {
            listener.Writer.TryWrite(changed);
        }
    }

    public void GoAway()
    {
        away = true;
        foreach (var listener in listeners.Keys)
        {
            listener.Writer.TryComplete(new IOException("The catalogue went away."));
        }
    }

    public void ComeBack() => away = false;

    public async IAsyncEnumerable<CatalogueEntry> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await AnswerAsync();
        foreach (var entry in entries.Values)
        {
            yield return entry;
        }
    }

    public async ValueTask<IReadOnlyList<CatalogueEntry>> FindAsync(IReadOnlyCollection<Identifier> identifiers, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref queries);
        foreach (var identifier in identifiers)
        {
            Asked.Enqueue(identifier);
        }

        if (Silent)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }

        var found = entries.Values.Where(entry => entry.Leads.Intersect(identifiers).Any()).ToList();
        await AnswerAsync();
        return found;
    }

    public async IAsyncEnumerable<IReadOnlyList<CatalogueEntry>> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await AnswerAsync();
        var listener = Channel.CreateUnbounded<CatalogueEntry[]>();
        listeners.TryAdd(listener, true);
        yield return began ? [.. entries.Values] : [];
        began = true;
        while (true)
        {
            // A sign of life, in real time.
            using var beat = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            beat.CancelAfter(TimeSpan.FromSeconds(5));
            CatalogueEntry[] changed = [];
            try
            {
                changed = await listener.Reader.ReadAsync(beat.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // Nothing has changed.
            }

            yield return changed;
        }
    }

    private async Task AnswerAsync()
    {
        await Task.Yield();
        await Answering();
        if (away)
        {
            throw new CatalogueUnreachableException("The catalogue went away.");
        }
    }
}
