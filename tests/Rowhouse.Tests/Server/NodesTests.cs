using System.Diagnostics;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Rowhouse.Tenancy;
using Rowhouse.Testing;
using Rowhouse.Tests.Cli;
using Shouldly;

namespace Rowhouse.Tests.Server;

/// <summary>Two server processes on the same databases: what happens at one is known to the other in less than a second.</summary>
public sealed class NodesTests(NodesTests.TwoNodes nodes) : IClassFixture<NodesTests.TwoNodes>
{
    private const string Cards = "/api/cardvault/cards";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    // A poll comes every five seconds, and reading takes a moment.
    private static readonly TimeSpan NextPoll = TimeSpan.FromSeconds(8);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_tenant_that_is_made_suspended_and_resumed_here_is_so_there()
    {
        var smith = await nodes.CreateTenantAsync("Made here", "cardvault");
        await UntilAsync(Soon, smith, HttpStatusCode.OK);

        await nodes.SuperAdmin.PostAsync($"/api/tenants/{smith.Slug}/suspend", content: null, Token).ShouldBeAsync(HttpStatusCode.OK);
        await UntilAsync(Soon, smith, HttpStatusCode.Locked);

        await nodes.SuperAdmin.PostAsync($"/api/tenants/{smith.Slug}/resume", content: null, Token).ShouldBeAsync(HttpStatusCode.OK);
        await UntilAsync(Soon, smith, HttpStatusCode.OK);

        await nodes.SuperAdmin.DeleteAsync($"/api/tenants/{smith.Slug}/subscriptions/cardvault", Token).ShouldBeAsync(HttpStatusCode.NoContent);
        await UntilAsync(Soon, smith, HttpStatusCode.PaymentRequired);
    }

    [Theory]
    [InlineData(TenantStatus.Creating, HttpStatusCode.ServiceUnavailable)]
    [InlineData(TenantStatus.Deleted, HttpStatusCode.Gone)]
    public async Task A_state_that_the_store_is_given_by_hand_is_answered_everywhere(TenantStatus state, HttpStatusCode expected)
    {
        var smith = await nodes.CreateTenantAsync($"By hand {state}", "cardvault");
        await UntilAsync(Soon, smith, HttpStatusCode.OK);

        await nodes.ExecuteAsync(nodes.Database.Control!, $"UPDATE platform.tenants SET status = {(int)state}, version = version + 1 WHERE id = '{smith.Id}'");

        await UntilAsync(Soon, smith, expected);
        (await nodes.GetHereAsync(smith)).ShouldBe(expected);
    }

    [Fact]
    public async Task A_number_that_moves_to_another_tenant_leads_there_on_every_node()
    {
        var smith = await nodes.CreateTenantAsync("Number first", "cardvault");
        var jones = await nodes.CreateTenantAsync("Number second", "cardvault");
        await nodes.ExecuteAsync(nodes.Database.Control!, $"INSERT INTO platform.identifiers (kind, value, tenant_id, origin) VALUES (0, 'line-7', '{smith.Id}', 2), (4, '+16505550100', '{smith.Id}', 2)");
        await UntilAsync(Soon, smith, HttpStatusCode.OK, name: "line-7");
        await UntilAsync(Soon, jones, HttpStatusCode.NotFound, name: "line-7");

        await nodes.ExecuteAsync(nodes.Database.Control!, $"UPDATE platform.identifiers SET tenant_id = '{jones.Id}' WHERE value IN ('line-7', '+16505550100')");

        await UntilAsync(Soon, jones, HttpStatusCode.OK, name: "line-7");
        await UntilAsync(Soon, smith, HttpStatusCode.NotFound, name: "line-7");
        var here = nodes.Services.GetRequiredService<TenantDirectory>();
        here.TryFind(IdentifierKind.PhoneNumber, "+16505550100", out var tenant).ShouldBeTrue();
        tenant!.Id.Value.ShouldBe(jones.Id);

        await nodes.ExecuteAsync(nodes.Database.Control!, "DELETE FROM platform.identifiers WHERE value = 'line-7'");
        await UntilAsync(Soon, jones, HttpStatusCode.NotFound, name: "line-7");
    }

    [Fact]
    public async Task Who_signs_out_or_is_removed_here_is_out_there()
    {
        var smith = await nodes.CreateTenantAsync("Sessions", "cardvault");
        var leaver = await smith.AddMemberAsync("viewer");
        var fired = await smith.AddMemberAsync("viewer");
        await UntilAsync(Soon, leaver, HttpStatusCode.OK);
        await UntilAsync(Soon, fired, HttpStatusCode.OK);

        await leaver.Client.DeleteAsync("/api/session", Token).ShouldBeAsync(HttpStatusCode.NoContent);
        await smith.Admin.Client.DeleteAsync($"/api/members/{fired.MemberId}", Token).ShouldBeAsync(HttpStatusCode.NoContent);

        await UntilAsync(Soon, leaver, HttpStatusCode.Unauthorized);
        await UntilAsync(Soon, fired, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_change_while_the_listening_connection_is_dead_is_seen_when_it_is_back()
    {
        var smith = await nodes.CreateTenantAsync("Dead line", "cardvault");
        await UntilAsync(Soon, smith, HttpStatusCode.OK);

        await nodes.ExecuteAsync(await nodes.AdminAsync(), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'rowhouse catalogue'");
        await nodes.SuperAdmin.PostAsync($"/api/tenants/{smith.Slug}/suspend", content: null, Token).ShouldBeAsync(HttpStatusCode.OK);

        await UntilAsync(NextPoll, smith, HttpStatusCode.Locked);
    }

    [Fact]
    public async Task A_change_that_nobody_was_told_of_is_found_by_the_poll()
    {
        var smith = await nodes.CreateTenantAsync("Lost notice", "cardvault");
        await UntilAsync(Soon, smith, HttpStatusCode.OK);
        const string stamp = "CREATE OR REPLACE FUNCTION platform.stamp_tenant() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$ BEGIN NEW.changed_in := pg_current_xact_id(); {0} RETURN NEW; END $$";
        await nodes.ExecuteAsync(nodes.Database.ControlOwner!, stamp.Replace("{0}", "", StringComparison.Ordinal));
        try
        {
            await nodes.SuperAdmin.PostAsync($"/api/tenants/{smith.Slug}/suspend", content: null, Token).ShouldBeAsync(HttpStatusCode.OK);

            await UntilAsync(NextPoll, smith, HttpStatusCode.Locked);
        }
        finally
        {
            await nodes.ExecuteAsync(nodes.Database.ControlOwner!, stamp.Replace("{0}", "PERFORM pg_notify('rowhouse_catalogue', 'tenant ' || NEW.id);", StringComparison.Ordinal));
        }
    }

    private Task UntilAsync(TimeSpan patience, TestTenant tenant, HttpStatusCode expected, string? name = null) => UntilAsync(patience, tenant.Admin, expected, name ?? tenant.Slug);

    private async Task UntilAsync(TimeSpan patience, TestMember member, HttpStatusCode expected, string? name = null)
    {
        var begin = Stopwatch.GetTimestamp();
        while (await nodes.GetThereAsync(member, name) is var status && status != expected)
        {
            Stopwatch.GetElapsedTime(begin).ShouldBeLessThan(patience, $"{status} still, not {expected}");
            await Task.Delay(20, Token);
        }
    }

    public sealed class TwoNodes : ServerFixture
    {
        private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("rowhouse-node-");
        private CommandProcess? process;
        private HttpClient? there;

        public override async ValueTask InitializeAsync()
        {
            await base.InitializeAsync();
            process = CommandProcess.Serve(folder.FullName, Database);
            there = new(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = await process.ReadyAsync() };
        }

        public override async ValueTask DisposeAsync()
        {
            there?.Dispose();
            process?.Dispose();
            folder.Delete(recursive: true);
            await base.DisposeAsync();
        }

        public Task<string> AdminAsync() => new PostgresFixture().AdminAsync();

        public async Task<HttpStatusCode> GetHereAsync(TestTenant tenant)
        {
            using var answer = await tenant.Admin.Client.GetAsync(Cards);
            return answer.StatusCode;
        }

        /// <summary>What the other process answers to a member's request.</summary>
        public async Task<HttpStatusCode> GetThereAsync(TestMember member, string? tenant = null)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, Cards);
            request.Headers.Authorization = member.Client.DefaultRequestHeaders.Authorization;
            request.Headers.Add("X-Tenant-Id", tenant ?? member.Client.DefaultRequestHeaders.GetValues("X-Tenant-Id").Single());
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
