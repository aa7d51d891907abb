using System.Net;
using System.Net.Http.Json;
using Npgsql;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Deprovisioning;
using Rowhouse.Testing;
using Rowhouse.Tests.ControlPlane.Homes;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane.Deprovisioning;

/// <summary>Real servers that are killed while they remove tenants.</summary>
public sealed class DeprovisionKillTests(CrashServer server) : IClassFixture<CrashServer>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private static readonly (string CloudType, string Point, string When)[][] Batches =
    [
        .. CrashServer.PointsOf<Deprovision>()
            .Append((Point: "when the keys are half destroyed", When: "BEFORE INSERT ON platform.tenant_keys FOR EACH ROW"))
            .Append((Point: "when the records are half removed", When: "BEFORE DELETE ON platform.subscriptions FOR EACH ROW"))
            .SelectMany(at => new[] { ("private", at.Point, at.When), ("public", at.Point, at.When) })
            .Chunk(CrashServer.AtOnce),
    ];

    public static IEnumerable<TheoryDataRow<int, string>> Numbers => Batches.Select((batch, number) => new TheoryDataRow<int, string>(number, string.Join(", ", batch.Select(at => $"{at.CloudType} {at.Point}"))));

    [Theory]
    [MemberData(nameof(Numbers))]
    public async Task A_server_that_is_killed_while_it_removes_tenants_leaves_what_the_next_one_removes(int number, string points)
    {
        await server.NodeAsync();
        var batch = Batches[number];
        var tenants = await Task.WhenAll(batch.Select(at => MakeAsync(at.CloudType, $"{at.CloudType} {at.Point}")));
        foreach (var (tenant, at) in tenants.Zip(batch))
        {
            await DeleteAsync(tenant);
            await server.HoldAsync(at.When, tenant.Name);
            await server.EndRetentionAsync(tenant.Id);
        }

        await server.UntilHeldAsync(tenants.Length);
        await server.StopNodesAsync();
        await server.ReleaseAsync();
        foreach (var tenant in tenants)
        {
            (await server.TenantAsync(tenant.Slug)).Status.ShouldBe("deleted", points);
        }

        await server.StartNodeAsync();
        foreach (var tenant in tenants)
        {
            await ShouldBeGoneAsync(tenant);
        }
    }

    [Fact]
    public async Task A_server_that_is_killed_in_the_middle_of_removing_homes_leaves_what_nobody_enters_and_the_next_one_removes()
    {
        await server.NodeAsync();
        var (ofOne, ofMany) = (await MakeAsync("private", "Half a home"), await MakeAsync("public", "Half its rows"));
        await DeleteAsync(ofOne);
        await DeleteAsync(ofMany);

        // The database goes and the login waits; some rows go and a card waits.
        await using (await HoldAsync(server.Control, $"CREATE TEMPORARY TABLE held (a int); GRANT SELECT ON held TO {ofOne.TableName}"))
        await using (await HoldAsync(server.Store, $"SELECT FROM cardvault.cards WHERE tenant_id = '{ofMany.Id}' FOR UPDATE"))
        {
            await server.EndRetentionAsync(ofOne.Id);
            await server.EndRetentionAsync(ofMany.Id);
            await UntilWaitingAsync($"usename = 'rowhouse_provisioner' AND query LIKE '%{ofOne.TableName}%'");
            await UntilWaitingAsync("application_name = 'rowhouse purge' AND query LIKE '%cards%'");
            await server.StopNodesAsync();
            (await HomeWork.RemainsAsync(ofOne.TableName)).ShouldBe((0, 1));
            var late = await Should.ThrowAsync<PostgresException>(HomeWork.ExecuteAsync(
                server.Database.Application,
                $"BEGIN; CALL tenancy.bind('{ofMany.Id}', 1); INSERT INTO cardvault.collections (tenant_id, id, name, name_key, owner_id, created_at, version) VALUES ('{ofMany.Id}', gen_random_uuid(), 'Late', 'late', gen_random_uuid(), now(), 1); COMMIT"));
            late.SqlState.ShouldBe("RH001");
        }

        await server.StartNodeAsync();
        await ShouldBeGoneAsync(ofOne);
        await ShouldBeGoneAsync(ofMany);
    }

    [Fact]
    public async Task A_server_that_sleeps_past_its_lease_while_it_removes_tenants_does_no_harm_when_it_wakes()
    {
        var sleeper = await server.NodeAsync();
        TenantResponse[] tenants = [await MakeAsync("private", "Sleeper alone"), await MakeAsync("public", "Sleeper among others")];
        TenantResponse[] others = [await MakeAsync("private", "Beside it alone"), await MakeAsync("public", "Beside it among others")];
        foreach (var tenant in tenants)
        {
            await DeleteAsync(tenant);
            await server.HoldAsync("BEFORE UPDATE ON platform.operations FOR EACH ROW WHEN (new.step > old.step)", tenant.Name);
            await server.EndRetentionAsync(tenant.Id);
        }

        await server.UntilHeldAsync(tenants.Length);
        await sleeper.SleepAsync();
        await server.ReleaseAsync();
        await server.StartNodeAsync();
        List<(TenantResponse Tenant, long Version)> gone = [];
        foreach (var tenant in tenants)
        {
            await ShouldBeGoneAsync(tenant);
            gone.Add((tenant, (await server.TenantAsync($"{tenant.Id}")).Version));
        }

        await sleeper.WakeAsync();
        await Task.Delay(TimeSpan.FromSeconds(2), Cancelled); // time in which it could do harm

        foreach (var (tenant, version) in gone)
        {
            await ShouldBeGoneAsync(tenant);
            (await server.TenantAsync($"{tenant.Id}")).Version.ShouldBe(version, tenant.Name);
        }

        foreach (var other in others)
        {
            await server.WriteAsync(other);
        }

        await server.StopNodesAsync(); // another test expects one at most
    }

    /// <summary>A tenant with a card, a member and a key.</summary>
    private async Task<TenantResponse> MakeAsync(string cloudType, string name)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/tenants")
        {
            Headers = { { "Prefer", "wait=60" } },
            Content = JsonContent.Create(new { name, cloudType, products = new[] { "cardvault" }, deletionProtection = false }),
        };
        var tenant = await server.SuperAdmin.SendAsync(request, Cancelled).ReadAsync<TenantResponse>(HttpStatusCode.Created);
        await server.WriteAsync(tenant);
        var rows = await RowsAsync(tenant);
        rows.ShouldContain("platform.members 1");
        rows.Contains("cardvault.cards 1").ShouldBe(cloudType is "public");
        (await server.SuperAdmin.GetAsync($"/api/parameters?path=/accounts/{tenant.Id}/", Cancelled).ReadAsync<Page<ParameterResponse>>()).Items.ShouldNotBeEmpty();
        return tenant;
    }

    private Task DeleteAsync(TenantResponse tenant) => server.SuperAdmin.DeleteAsync($"/api/tenants/{tenant.Slug}?confirm={tenant.Slug}", Cancelled).ShouldBeAsync(HttpStatusCode.OK);

    /// <summary>Nothing is left of the tenant but what is kept for ever, and each thing was recorded once.</summary>
    private async Task ShouldBeGoneAsync(TenantResponse tenant)
    {
        OperationResponse? last = null;
        await Eventually.UntilAsync(async () => (last = (await server.SuperAdmin.GetAsync($"/api/tenants/{tenant.Id}/operations", Cancelled).ReadAsync<Page<OperationResponse>>()).Items[0]).Status is not "running", Cancelled);
        (last!.Kind, last.Status, last.Reason).ShouldBe(("deprovision", "succeeded", null), tenant.Name); // it has stopped, so it was read
        (await server.TenantAsync($"{tenant.Id}")).Status.ShouldBe("purged", tenant.Name);
        (await HomeWork.RemainsAsync(tenant.TableName)).ShouldBe((0, 0), tenant.Name);

        // One operation made a private tenant's home, one removed it.
        (await RowsAsync(tenant)).ShouldBe(["platform.identifiers 1", $"platform.operations {(tenant.CloudType is "private" ? 2 : 1)}", "platform.tenant_keys 1"], tenant.Name);
        (await HomeWork.ScalarAsync<bool>(server.Control, $"SELECT wrapped IS NULL FROM platform.tenant_keys WHERE tenant_id = '{tenant.Id}'")).ShouldBeTrue();
        (await HomeWork.ScalarAsync<long>(server.Store, $"SELECT count(*) FROM tenancy.homes WHERE tenant_id = '{tenant.Id}'")).ShouldBe(0);
        (await HomeWork.ScalarAsync<long>(server.Control, $"SELECT count(*) FROM platform.audit WHERE tenant_id = '{tenant.Id}' AND action = 'tenant.purged'")).ShouldBe(1);
        (await server.SuperAdmin.GetAsync($"/api/parameters?path=/accounts/{tenant.Id}/", Cancelled).ReadAsync<Page<ParameterResponse>>()).Items.ShouldBeEmpty();
    }

    /// <summary>The tables of both databases that have rows of the tenant, and how many; but for the audit, to which all that is asked adds.</summary>
    private async Task<List<string>> RowsAsync(TenantResponse tenant)
    {
        var (stored, registered) = (await TenantRows.StoredAsync(server.Store, tenant.Id), await TenantRows.RegisteredAsync(server.Control, tenant.Id));
        return [.. stored.Concat(registered).Where(table => table.Value > 0 && table.Key is not "platform.audit").Select(table => $"{table.Key} {table.Value}")];
    }

    /// <summary>Locks something in a transaction of its own until it is disposed of.</summary>
    private static async Task<NpgsqlConnection> HoldAsync(string database, string sql)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(Cancelled);
        await using var command = new NpgsqlCommand($"BEGIN; {sql}", connection);
        await command.ExecuteNonQueryAsync(Cancelled);
        return connection;
    }

    /// <summary>Waits until somebody like this waits for a lock.</summary>
    private Task UntilWaitingAsync(string who) =>
        Eventually.UntilAsync(() => HomeWork.ScalarAsync<bool>(server.Control, $"SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND {who})"), Cancelled);
}
