using System.ComponentModel;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Sessions;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.ControlPlane.Parameters;

/// <summary>Tells parameters as they stand, and then each change: server-sent events.</summary>
internal sealed class WatchParameters(ParameterReader reader, ParameterFeed feed, IHostApplicationLifetime host, TimeProvider clock)
{
    /// <summary>How often something is said where there is no news, so that a dead line is noticed.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    /// <summary>After which a stream ends, so that nobody holds one for ever and rights are looked at again: the reader opens the next.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    private const int Batch = 500;

    public static void Map(RouteGroupBuilder parameters) =>
        parameters.MapGet("/events", Results<ServerSentEventsResult<ParameterEvent>, ProblemHttpResult> (
                [FromQuery(Name = "path"), Description("A path, or a slash for all; with a slash at its end without the parameter at the path itself.")] string? path,
                WatchParameters watch,
                CancellationToken cancellationToken) =>
                ParameterScope.TryRead(path, out var scope, out var problem) ? TypedResults.ServerSentEvents(watch.EventsAsync(scope, cancellationToken)) : problem)
            .WithName(nameof(WatchParameters))
            .WithSummary("Parameters at and below a path as server-sent events: a put for each that is there, then current, then a put or delete with each change. current comes again where nothing has changed for a while; the stream ends after ten minutes.")
            .WithProblems(RequestProblems.Invalid)
            .WithStreamLimit();

    private async IAsyncEnumerable<SseItem<ParameterEvent>> EventsAsync(ParameterScope scope, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (began, said) = (clock.GetTimestamp(), clock.GetTimestamp());
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, host.ApplicationStopping);
        using var news = feed.Follow(scope); // before anything is read: what changes meanwhile is looked at again
        var told = new ToldParameters(scope);
        var changes = new ParameterChanges(Everything: true, [], Platform: false);
        while (!either.IsCancellationRequested)
        {
            await foreach (var change in ReadAsync(scope, told, changes, cancellationToken))
            {
                yield return Item(change);
                said = clock.GetTimestamp();
            }

            // What changed may be no news. Where the control database is not heard, silence says so.
            if (changes.Everything || (feed.IsInContact && clock.GetElapsedTime(said) >= Heartbeat))
            {
                yield return new(new(scope.Text, Value: null, Version: null), "current");
                said = clock.GetTimestamp();
            }

            var left = Heartbeat - clock.GetElapsedTime(said);
            if (clock.GetElapsedTime(began) >= Longest || await NextAsync(news, left > TimeSpan.Zero ? left : Heartbeat, either.Token, cancellationToken) is not { } next)
            {
                yield break;
            }

            changes = next;
        }
    }

    /// <summary>Waits for news.</summary>
    /// <returns>None where the server stops: a reader who waits does not hold it.</returns>
    private async Task<ParameterChanges?> NextAsync(ParameterNews news, TimeSpan longest, CancellationToken either, CancellationToken cancellationToken)
    {
        try
        {
            return await news.NextAsync(longest, clock, either);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private async IAsyncEnumerable<ParameterChange> ReadAsync(ParameterScope scope, ToldParameters told, ParameterChanges changes, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (changes.Everything && scope.CoversTenants)
        {
            await foreach (var change in ReadTenantsAsync(told, cancellationToken))
            {
                yield return change;
            }
        }
        else
        {
            IEnumerable<TenantId> tenants = changes.Everything ? scope.Tenant is { } one ? [one] : [] : changes.Tenants;
            foreach (var some in tenants.Chunk(Batch))
            {
                var there = (await reader.ReadTenantsAsync(some, cancellationToken)).ToDictionary(tenant => tenant.Id);
                foreach (var change in some.SelectMany(id => there.TryGetValue(id, out var tenant) ? told.Look(tenant) : told.LookGone(id)))
                {
                    yield return change;
                }
            }
        }

        if ((changes.Everything || changes.Platform) && scope.CoversPlatform)
        {
            foreach (var change in told.Look(await reader.ReadPlatformAsync(cancellationToken)))
            {
                yield return change;
            }
        }
    }

    private async IAsyncEnumerable<ParameterChange> ReadTenantsAsync(ToldParameters told, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        HashSet<TenantId> there = [];
        var from = Guid.Empty;
        while (true)
        {
            var page = await reader.ReadTenantsAsync(from, Batch, cancellationToken);
            foreach (var change in page.Where(tenant => there.Add(tenant.Id)).SelectMany(told.Look))
            {
                yield return change;
            }

            if (page.Count < Batch)
            {
                break;
            }

            from = page[^1].Id.Value; // again: the look goes from a tenant on
        }

        foreach (var change in told.LookGone(there))
        {
            yield return change;
        }
    }

    private static SseItem<ParameterEvent> Item(ParameterChange change) => new(new(change.Path.Value, change.Value, change.Version), change.Value is null ? "delete" : "put");
}
