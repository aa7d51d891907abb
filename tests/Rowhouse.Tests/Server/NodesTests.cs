using System.Diagnostics;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Rowhouse.Contracts;
using Rowhouse.Server;
using Rowhouse.Tenancy;
using Rowhouse.Testing;
using Rowhouse.Tests.Cli;
using Rowhouse.Tests.ControlPlane.Domains;
using Shouldly;

namespace Rowhouse.Tests.Server;

/// <summary>
/// Two server processes on the same databases: what happens at one is known to the other. The other polls once in ten minutes, so whatever it
/// learns it was told; it takes milliseconds, and the tests wait longer only for busy machines.
/// </summary>
public sealed class NodesTests(NodesTests.TwoNodes nodes) : IClassFixture<NodesTests.TwoNodes>
{
    private const string Cards = "/api/cardvault/cards";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_tenant_that_is_made_suspended_and_resumed_here_is_so_there()
    {
        var smith = await nodes.CreateTenantAsync("Made here", "cardvault");
        await UntilAsync(smith, HttpStatusCode.OK);

        await nodes.SuperAdmin.PostAsync($"/api/tenants/{smith.Slug}/suspend", content: null, Token).ShouldBeAsync(HttpStatusCode.OK);
        await UntilAsync(smith, HttpStatusCode.Locked);

        await nodes.SuperAdmin.PostAsync($"/api/tenants/{smith.Slug}/resume", content: null, Token).ShouldBeAsync(HttpStatusCode.OK);
        await UntilAsync(smith, HttpStatusCode.OK);

        await nodes.SuperAdmin.DeleteAsync($"/api/tenants/{smith.Slug}/subscriptions/cardvault", Token).ShouldBeAsync(HttpStatusCode.NoContent);
        await UntilAsync(smith, HttpStatusCode.PaymentRequired);
    }

    [Theory]
    [InlineData(TenantStatus.Creating, HttpStatusCode.ServiceUnavailable)]
    [InlineData(TenantStatus.Deleted, HttpStatusCode.Gone)]
    public async Task A_state_that_the_store_is_given_by_hand_is_answered_everywhere(TenantStatus state, HttpStatusCode expected)
    {
        var smith = await nodes.CreateTenantAsync($"By hand {state}", "cardvault");
        await UntilAsync(smith, HttpStatusCode.OK);

        await nodes.ExecuteAsync(nodes.Database.Control!, $"UPDATE platform.tenants SET status = {(int)state}, version = version + 1 WHERE id = '{smith.Id}'");

        await UntilAsync(smith, expected);
        (await nodes.GetHereAsync(smith)).ShouldBe(expected);
    }

    [Fact]
    public async Task A_number_that_moves_to_another_tenant_leads_there_on_every_node()
    {
        var smith = await nodes.CreateTenantAsync("Number first", "cardvault");
        var jones = await nodes.CreateTenantAsync("Number second", "cardvault");
        await nodes.ExecuteAsync(nodes.Database.Control!, $"INSERT INTO platform.identifiers (kind, value, tenant_id, origin) VALUES (0, 'line-7', '{smith.Id}', 2), (4, '+16505550100', '{smith.Id}', 2)");
        await UntilAsync(smith, HttpStatusCode.OK, name: "line-7");
        await UntilAsync(jones, HttpStatusCode.NotFound, name: "line-7");

        await nodes.ExecuteAsync(nodes.Database.Control!, $"UPDATE platform.identifiers SET tenant_id = '{jones.Id}' WHERE value IN ('line-7', '+16505550100')");

        await UntilAsync(jones, HttpStatusCode.OK, name: "line-7");
        await UntilAsync(smith, HttpStatusCode.NotFound, name: "line-7");

        // The nodes hear of it each by itself: that the other knows does not say that this one does.
        await Eventually.UntilAsync(
            async () =>
            {
                await using var entered = await nodes.Services.GetRequiredService<ITenantScopes>().EnterAsync(new Identifier(IdentifierKind.PhoneNumber, "+16505550100"), Token);
                return entered.Tenant.Id.Value == jones.Id;
            },
            Token);

        await nodes.ExecuteAsync(nodes.Database.Control!, "DELETE FROM platform.identifiers WHERE value = 'line-7'");
        await UntilAsync(jones, HttpStatusCode.NotFound, name: "line-7");
    }

    [Fact]
    public async Task A_domain_that_is_proven_and_given_up_here_leads_to_its_tenant_there_and_then_nowhere()
    {
        var smith = await nodes.CreateTenantAsync("Domain here", "cardvault");
        var claim = await smith.AddDomainAsync("shop.nodes.example").ReadAsync<DomainResponse>(HttpStatusCode.Created);
        nodes.Dns.Say(claim.Record.Name, claim.Record.Value);
        (await nodes.GetThereAsync(smith.Admin, host: claim.Host)).ShouldBe(HttpStatusCode.BadRequest);

        await smith.CheckDomainAsync(claim.Host).ShouldBeAsync(HttpStatusCode.OK);
        await UntilAsync(() => nodes.GetThereAsync(smith.Admin, host: claim.Host), HttpStatusCode.OK);

        await smith.RemoveDomainAsync(claim.Host).ShouldBeAsync(HttpStatusCode.NoContent);
        await UntilAsync(() => nodes.GetThereAsync(smith.Admin, host: claim.Host), HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Who_signs_out_or_is_removed_here_is_out_there()
    {
        var smith = await nodes.CreateTenantAsync("Sessions", "cardvault");
        var leaver = await smith.AddMemberAsync("viewer");
        var fired = await smith.AddMemberAsync("viewer");
        await UntilAsync(leaver, HttpStatusCode.OK);
        await UntilAsync(fired, HttpStatusCode.OK);

        await leaver.Client.DeleteAsync("/api/session", Token).ShouldBeAsync(HttpStatusCode.NoContent);
        await smith.Admin.Client.DeleteAsync($"/api/members/{fired.MemberId}", Token).ShouldBeAsync(HttpStatusCode.NoContent);

        await UntilAsync(leaver, HttpStatusCode.Unauthorized);
        await UntilAsync(fired, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Whose_role_or_membership_is_changed_by_hand_is_told_of_too()
    {
        var smith = await nodes.CreateTenantAsync("Roles by hand", "cardvault");
        var member = await smith.AddMemberAsync("viewer");
        await UntilAsync(member, HttpStatusCode.OK);

        await nodes.ExecuteAsync(nodes.Database.Control!, $"DELETE FROM platform.members WHERE id = '{member.MemberId}'");
        await UntilAsync(member, HttpStatusCode.NotFound);

        await nodes.ExecuteAsync(
            nodes.Database.Control!,
            $"INSERT INTO platform.members (id, tenant_id, person_id, email, email_key, name, role, invited_at, joined_at, vouched) SELECT gen_random_uuid(), '{smith.Id}', id, email, email_key, name, 0, now(), now(), false FROM platform.people WHERE id = '{member.Id}'");
        await UntilAsync(member, HttpStatusCode.OK);
        await nodes.ExecuteAsync(nodes.Database.Control!, $"UPDATE platform.members SET person_id = NULL, joined_at = NULL WHERE person_id = '{member.Id}'");
        await UntilAsync(member, HttpStatusCode.NotFound);

        await nodes.ExecuteAsync(nodes.Database.Control!, $"UPDATE platform.people SET super_admin = true WHERE id = '{member.Id}'");
        await UntilAsync(member, HttpStatusCode.OK);

        await nodes.ExecuteAsync(nodes.Database.Control!, $"UPDATE platform.sessions SET expires_at = now() WHERE person_id = '{member.Id}'");
        await UntilAsync(member, HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task What_changes_while_the_line_is_dead_is_known_when_it_is_back()
    {
        var smith = await nodes.CreateTenantAsync("Dead line", "cardvault");
        var leaver = await smith.AddMemberAsync("viewer");
        await UntilAsync(smith, HttpStatusCode.OK);
        await UntilAsync(leaver, HttpStatusCode.OK);
        var name = new NpgsqlConnectionStringBuilder(nodes.Database.Control).Database;

        await nodes.ExecuteAsync(await nodes.AdminAsync(), $"ALTER DATABASE {name} ALLOW_CONNECTIONS false");
        try
        {
            await nodes.ExecuteAsync(await nodes.AdminAsync(), $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}' AND application_name = 'rowhouse catalogue'");

            // Over connections that are open still.
            await leaver.Client.DeleteAsync("/api/session", Token).ShouldBeAsync(HttpStatusCode.NoContent);
            await nodes.SuperAdmin.PostAsync($"/api/tenants/{smith.Slug}/suspend", content: null, Token).ShouldBeAsync(HttpStatusCode.OK);
        }
        finally
        {
            await nodes.ExecuteAsync(await nodes.AdminAsync(), $"ALTER DATABASE {name} ALLOW_CONNECTIONS true");
        }

        await UntilAsync(smith, HttpStatusCode.Locked);
        await UntilAsync(leaver, HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_change_that_nobody_was_told_of_is_found_by_the_poll()
    {
        var smith = await nodes.CreateTenantAsync("Lost notice", "cardvault");
        var here = nodes.Services.GetRequiredService<TenantDirectory>();
        await nodes.ExecuteAsync(nodes.Database.ControlOwner!, "ALTER FUNCTION platform.stamp_tenant() RENAME TO stamp_and_tell");
        await nodes.ExecuteAsync(nodes.Database.ControlOwner!, "CREATE FUNCTION platform.stamp_tenant() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.changed_in := pg_current_xact_id(); RETURN NEW; END'");
        const string swap = "DROP TRIGGER stamp_changed ON platform.tenants; CREATE TRIGGER stamp_changed BEFORE UPDATE OF slug, name, status, placement_kind, store, database, generation, time_zone, currency, locale, version, changed_in, settings_version ON platform.tenants FOR EACH ROW EXECUTE FUNCTION platform.";
        await nodes.ExecuteAsync(nodes.Database.ControlOwner!, $"{swap}stamp_tenant()");
        try
        {
            await nodes.ExecuteAsync(nodes.Database.Control!, $"UPDATE platform.tenants SET status = {(int)TenantStatus.Suspended}, version = version + 1 WHERE id = '{smith.Id}'");

            var begin = Stopwatch.GetTimestamp();
            while (!here.TryFind(new TenantId(smith.Id), out var tenant) || tenant.Status is not TenantStatus.Suspended)
            {
                Stopwatch.GetElapsedTime(begin).ShouldBeLessThan(Patience);
                await Task.Delay(20, Token);
            }
        }
        finally
        {
            await nodes.ExecuteAsync(nodes.Database.ControlOwner!, $"{swap}stamp_and_tell(); DROP FUNCTION platform.stamp_tenant(); ALTER FUNCTION platform.stamp_and_tell() RENAME TO stamp_tenant");
        }
    }

    private Task UntilAsync(TestTenant tenant, HttpStatusCode expected, string? name = null) => UntilAsync(tenant.Admin, expected, name ?? tenant.Slug);

    private Task UntilAsync(TestMember member, HttpStatusCode expected, string? name = null) => UntilAsync(() => nodes.GetThereAsync(member, name), expected);

    private static async Task UntilAsync(Func<Task<HttpStatusCode>> ask, HttpStatusCode expected)
    {
        var begin = Stopwatch.GetTimestamp();
        while (await ask() is var status && status != expected)
        {
            Stopwatch.GetElapsedTime(begin).ShouldBeLessThan(Patience, $"{status} still, not {expected}");
            await Task.Delay(20, Token);
        }
    }

    public sealed class TwoNodes : ServerFixture
    {
        private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("rowhouse-node-");
        private CommandProcess? process;
        private HttpClient? there;

        public DnsResponder Dns { get; } = new();

        protected override ServerSettings Configure(ServerSettings settings) => settings with { NameServers = [Dns.EndPoint] };

        public override async ValueTask InitializeAsync()
        {
            await base.InitializeAsync();
            process = CommandProcess.Serve(folder.FullName, Database, new Dictionary<string, string?> { ["ROWHOUSE_PLATFORM_KEY_FILE"] = Settings.PlatformKeyFile, ["Directory__Poll"] = "00:10:00", ["Directory__MaxStale"] = "00:45:00" });
            there = new(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = await process.ReadyAsync() };
        }

        public override async ValueTask DisposeAsync()
        {
            there?.Dispose();
            process?.Dispose();
            folder.Delete(recursive: true);
            await base.DisposeAsync();
            Dns.Dispose();
        }

        public Task<string> AdminAsync() => new PostgresFixture().AdminAsync();

        public async Task<HttpStatusCode> GetHereAsync(TestTenant tenant)
        {
            using var answer = await tenant.Admin.Client.GetAsync(Cards);
            return answer.StatusCode;
        }

        /// <summary>What the other process answers to a member's request, in a tenant that is named by its host where there is one.</summary>
        public async Task<HttpStatusCode> GetThereAsync(TestMember member, string? tenant = null, string? host = null)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, Cards);
            request.Headers.Authorization = member.Client.DefaultRequestHeaders.Authorization;
            request.Headers.Host = host;
            if (host is null)
            {
                request.Headers.Add("X-Tenant-Id", tenant ?? member.Client.DefaultRequestHeaders.GetValues("X-Tenant-Id").Single());
            }

            using var answer = await there!.SendAsync(request);
            return answer.StatusCode;
        }

        public async Task ExecuteAsync(string connectionString, string sql)
        {
            await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
            await connection.OpenAsync();
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync();
        }
    }
}
