namespace Rowhouse.Tenancy;

/// <summary>
/// Finds tenants in the directory, and those that are not in memory in the catalogue. Whoever asks for the same identifier shares one
/// question, and all that ask within 10 ms share one query. What the directory knows to lead nowhere costs none. Safe for any number of threads.
/// </summary>
/// <param name="directory">What is in memory.</param>
/// <param name="catalogue">Where the rest is.</param>
/// <param name="options">Has the clock for the pause in which questions gather.</param>
internal sealed class TenantLookup(TenantDirectory directory, ITenantCatalogue catalogue, DirectoryOptions options)
{
    private const int MostNegatives = 10_000;

    // Where changes come without end, who asked is told what was read, and nothing is kept of it.
    private const int MostQueries = 5;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(10);

    private readonly Lock gate = new();
    private readonly Dictionary<Identifier, TaskCompletionSource<Tenant?>> waiting = [];
    private readonly Dictionary<Identifier, long> negatives = [];
    private bool asking;

    /// <summary>Finds the tenant that an identifier leads to.</summary>
    /// <param name="identifier">The identifier, in its normal form.</param>
    /// <param name="cancellationToken">Stops waiting; others who wait for the same are not stopped.</param>
    /// <returns>The tenant, or <see langword="null"/> where it leads nowhere.</returns>
    /// <exception cref="CatalogueUnreachableException">It is not in memory and the catalogue cannot be asked.</exception>
    public async ValueTask<Tenant?> FindAsync(Identifier identifier, CancellationToken cancellationToken = default)
    {
        if (directory.TryFind(identifier.Kind, identifier.Value, out var known))
        {
            return known;
        }

        if (directory.IsFilled && !directory.MightContain(identifier.Kind, identifier.Value))
        {
            return directory.Contact is DirectoryContact.Connected
                ? null
                : throw new CatalogueUnreachableException("Whether this leads to a tenant is not known, because the catalogue cannot be asked at the moment.");
        }

        return await Ask(identifier).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Finds a tenant by its id.</summary>
    /// <param name="id">The id.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The tenant, or <see langword="null"/> where there is none.</returns>
    /// <exception cref="CatalogueUnreachableException">It is not in memory and the catalogue cannot be asked.</exception>
    public ValueTask<Tenant?> FindAsync(TenantId id, CancellationToken cancellationToken = default) =>
        directory.TryFind(id, out var known) ? new(known) : FindAsync(new Identifier(IdentifierKind.Name, id.ToString()), cancellationToken);

    /// <summary>Finds a tenant whose work may go on.</summary>
    /// <param name="id">The id.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="TenantUnavailableException">There is none, or it is not active.</exception>
    /// <exception cref="CatalogueUnreachableException">Whether there is, and what became of it, is not known now.</exception>
    public async ValueTask<Tenant> FindServedAsync(TenantId id, CancellationToken cancellationToken = default)
    {
        var tenant = await FindAsync(id, cancellationToken).ConfigureAwait(false) ?? throw new TenantUnavailableException(id.ToString());
        ThrowIfNotServed(tenant);
        return tenant;
    }

    /// <summary>Throws where a tenant's work may not go on, or nobody can say whether it may.</summary>
    /// <param name="tenant">What is known of the tenant.</param>
    /// <exception cref="TenantUnavailableException">It is not active.</exception>
    /// <exception cref="CatalogueUnreachableException">The catalogue could not be asked for too long.</exception>
    public void ThrowIfNotServed(Tenant tenant)
    {
        if (directory.Contact is DirectoryContact.Stale)
        {
            throw new CatalogueUnreachableException("What became of the tenant is not known, because the catalogue could not be asked for too long.");
        }

        if (!tenant.IsServed)
        {
            throw new TenantUnavailableException(tenant);
        }
    }

    private Task<Tenant?> Ask(Identifier identifier)
    {
        lock (gate)
        {
            // Its fingerprint is another identifier's. Nothing has changed since it was last asked for.
            if (directory.Contact is DirectoryContact.Connected && negatives.TryGetValue(identifier, out var since) && since == directory.Changes)
            {
                return Task.FromResult<Tenant?>(null);
            }

            if (waiting.TryGetValue(identifier, out var known))
            {
                return known.Task;
            }

            var answer = new TaskCompletionSource<Tenant?>(TaskCreationOptions.RunContinuationsAsynchronously);
            waiting.Add(identifier, answer);
            if (!asking)
            {
                asking = true;
                _ = AskInBatchesAsync();
            }

            return answer.Task;
        }
    }

    // Never throws: who waits is told.
    private async Task AskInBatchesAsync()
    {
        while (true)
        {
            await Task.Delay(Gathering, options.Clock).ConfigureAwait(false);
            KeyValuePair<Identifier, TaskCompletionSource<Tenant?>>[] batch;
            lock (gate)
            {
                batch = [.. waiting.Take(ITenantCatalogue.MostAtOnce)];
                if (batch is [])
                {
                    asking = false;
                    return;
                }
            }

            await AskAsync(batch).ConfigureAwait(false);
        }
    }

    private async Task AskAsync(KeyValuePair<Identifier, TaskCompletionSource<Tenant?>>[] batch)
    {
        IReadOnlyList<CatalogueEntry> entries = [];
        long changes;
        Exception? failure = null;
        var taken = false;
        var queries = 0;
        changes = 0;
        using var deadline = new CancellationTokenSource(Patience, options.Clock);
        try
        {
            do
            {
                // Asked again where a change came in meanwhile, which the answer may not have.
                changes = directory.Changes;
                entries = await catalogue.FindAsync([.. batch.Select(asked => asked.Key)], deadline.Token).AsTask().WaitAsync(deadline.Token).ConfigureAwait(false);
                queries++;
            }
            while (!(taken = directory.TryApply(entries, changes)) && queries < MostQueries);
        }
#pragma warning disable CA1031 // Whoever asked is told, whatever it was; not caught here, they would wait for ever.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            failure = deadline.IsCancellationRequested ? new CatalogueUnreachableException($"The catalogue did not answer within {Patience}.", exception) : exception;
        }

        var found = entries.Where(entry => !entry.Tenant.IsPurged).SelectMany(entry => entry.Leads.Select(identifier => (identifier, entry.Tenant))).DistinctBy(lead => lead.identifier).ToDictionary(lead => lead.identifier, lead => lead.Tenant);
        foreach (var (identifier, answer) in batch)
        {
            // Of more tenants than there is room for in memory, some have given way to the others already.
            if (!directory.TryFind(identifier.Kind, identifier.Value, out var tenant))
            {
                tenant = found.GetValueOrDefault(identifier);
            }

            Close(identifier, noTenantAt: taken && tenant is null ? changes + entries.Count : null);
            if (failure is null)
            {
                answer.SetResult(tenant);
            }
            else
            {
                answer.SetException(failure);
            }
        }
    }

    private void Close(Identifier identifier, long? noTenantAt)
    {
        lock (gate)
        {
            waiting.Remove(identifier);
            if (noTenantAt is not { } changes)
            {
                return;
            }

            if (negatives.Count >= MostNegatives)
            {
                negatives.Clear();
            }

            negatives[identifier] = changes;
        }
    }
}
