using System.Net;
using Npgsql;
using Rowhouse.Contracts;
using Rowhouse.Testing;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane.Domains;

/// <summary>What happens to a domain while something else happens to it.</summary>
public sealed class DomainRaceTests(DomainServer server) : IClassFixture<DomainServer>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_claim_that_was_given_up_while_its_record_was_looked_for_is_not_proven_by_it()
    {
        var smith = await server.CreateTenantAsync("Given Up Smith");
        var jones = await server.CreateTenantAsync("Given Up Jones");
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        foreach (var (next, host, status) in new[] { (jones, "to-another.example", HttpStatusCode.NotFound), (smith, "anew.example", HttpStatusCode.Conflict) })
        {
            go = new(TaskCreationOptions.RunContinuationsAsynchronously);
            var claim = await smith.AddDomainAsync(host).ReadAsync<DomainResponse>(HttpStatusCode.Created);
            server.Dns.Say(claim.Record.Name, new DnsAnswer { Texts = [claim.Record.Value], Until = go.Task });
            var asked = server.Dns.Asked;
            var checking = smith.CheckDomainAsync(host);
            await Eventually.UntilAsync(() => Task.FromResult(server.Dns.Asked > asked), Cancelled);

            await smith.RemoveDomainAsync(host).ShouldBeAsync(HttpStatusCode.NoContent);
            await next.AddDomainAsync(host).ShouldBeAsync(HttpStatusCode.Created);
            go.SetResult();

            await checking.ShouldBeAsync(status);
            (await next.DomainAsync()).Status.ShouldBe("claimed");
            (await server.ExecuteAsync($"SELECT count(*) FROM platform.identifiers WHERE value = '{host}'")).ShouldBe(0L);
        }
    }

    [Fact]
    public async Task A_claim_that_is_replaced_while_it_is_being_proven_makes_the_next_one_no_proof()
    {
        var smith = await server.CreateTenantAsync("Replaced Smith");
        var jones = await server.CreateTenantAsync("Replaced Jones");
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var claim = await smith.AddDomainAsync("shop.replaced.example").ReadAsync<DomainResponse>(HttpStatusCode.Created);
        server.Dns.Say(claim.Record.Name, new DnsAnswer { Texts = [claim.Record.Value], Until = go.Task });
        var asked = server.Dns.Asked;
        var checking = smith.CheckDomainAsync(claim.Host);
        await Eventually.UntilAsync(() => Task.FromResult(server.Dns.Asked > asked), Cancelled);

        // It has read the claim, and waits for its tenant.
        await using var owner = await HoldAsync("LOCK TABLE platform.tenants");
        go.SetResult();
        await owner.UntilSomebodyWaitsAsync();
        await owner.ExecuteAsync(
            $"""
            DELETE FROM platform.domains WHERE host = '{claim.Host}';
            INSERT INTO platform.domains (host, tenant_id, token, added_at, expires_at) VALUES ('{claim.Host}', '{jones.Id}', 'another', now(), now() + interval '7 days')
            """);
        await owner.CommitAsync();

        await checking.ProblemAsync(HttpStatusCode.NotFound, "urn:rowhouse:domains:unknown-domain");
        (await jones.DomainAsync()).Status.ShouldBe("claimed");
        (await server.ExecuteAsync($"SELECT count(*) FROM platform.identifiers WHERE value = '{claim.Host}'")).ShouldBe(0L);
    }

    [Fact]
    public async Task A_domain_that_is_proven_while_it_is_being_given_up_leads_nowhere_after()
    {
        var smith = await server.CreateTenantAsync("Proven Meanwhile");
        var claim = await server.ClaimAsync(smith, "shop.both.example");
        await using var owner = await HoldAsync(
            $"""
            UPDATE platform.domains SET proven_at = now(), expires_at = NULL WHERE host = '{claim.Host}';
            INSERT INTO platform.identifiers (kind, value, tenant_id, origin) VALUES (1, '{claim.Host}', '{smith.Id}', 2)
            """);
        var removing = smith.RemoveDomainAsync(claim.Host);
        await owner.UntilSomebodyWaitsAsync();
        await owner.CommitAsync();

        await removing.ShouldBeAsync(HttpStatusCode.NoContent);

        (await smith.DomainsAsync()).ShouldBeEmpty();
        (await server.ExecuteAsync($"SELECT count(*) FROM platform.identifiers WHERE value = '{claim.Host}'")).ShouldBe(0L);
    }

    [Fact]
    public async Task Many_domains_of_one_tenant_are_proven_at_once()
    {
        var smith = await server.CreateTenantAsync("Proven At Once");
        var claims = await Task.WhenAll(Enumerable.Range(0, 5).Select(number => server.ClaimAsync(smith, $"n{number}.at-once.example")));

        await Task.WhenAll(claims.Select(claim => smith.CheckDomainAsync(claim.Host).ShouldBeAsync(HttpStatusCode.OK)));

        foreach (var claim in claims)
        {
            await server.Nobody.GetAsync($"/api/domains/allowed?domain={claim.Host}", Cancelled).ShouldBeAsync(HttpStatusCode.OK);
        }
    }

    private async Task<Holder> HoldAsync(string sql)
    {
        var holder = new Holder(server.Database.ControlOwner!);
        await holder.BeginAsync(sql);
        return holder;
    }

    /// <summary>A transaction that others wait for.</summary>
    private sealed class Holder(string connectionString) : IAsyncDisposable
    {
        private readonly NpgsqlConnection connection = new(connectionString);

        public async Task BeginAsync(string sql)
        {
            await connection.OpenAsync(Cancelled);
            await ExecuteAsync($"BEGIN; {sql}");
        }

        public async Task ExecuteAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync(Cancelled);
        }

        public async Task UntilSomebodyWaitsAsync()
        {
            await using var waits = new NpgsqlCommand("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))", connection);
            await Eventually.UntilAsync(async () => await waits.ExecuteScalarAsync(Cancelled) is true, Cancelled);
        }

        public Task CommitAsync() => ExecuteAsync("COMMIT");

        public ValueTask DisposeAsync() => connection.DisposeAsync();
    }
}
