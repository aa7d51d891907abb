using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Keys;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.Keys;
using Rowhouse.Tenancy.Secrets;
using Rowhouse.Tenancy.Settings;
using Rowhouse.Testing;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane.Deprovisioning;

/// <summary>What is left of a tenant whose retention has ended.</summary>
public sealed class DeprovisionTests(DeprovisionServer server) : IClassFixture<DeprovisionServer>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task When_its_retention_ends_no_row_of_a_tenant_is_left_and_all_of_another_are()
    {
        var (smith, harbor) = (await MakeAsync("Smith"), await MakeAsync("Harbor"));
        foreach (var tenant in new[] { smith, harbor })
        {
            // As if each had had one of its own before.
            await server.ExecuteAsync(server.Database.Control!, $"INSERT INTO platform.homes (name, tenant_id, password, key_version, created_at) VALUES ('rowhouse_home_{tenant.Id:N}', '{tenant.Id}', '\\x00', 1, now())");
        }

        var (stored, registered) = (await server.StoredAsync(smith.Id), await server.RegisteredAsync(smith.Id));
        var (others, othersRegistered) = (await server.StoredAsync(harbor.Id), await server.RegisteredAsync(harbor.Id));
        stored.Count.ShouldBeGreaterThan(7);
        foreach (var rows in new[] { stored, registered, others, othersRegistered })
        {
            rows.ShouldAllBe(table => table.Value > 0);
        }

        await server.PurgeAsync(smith.Id, smith.Slug);

        (await server.StoredAsync(smith.Id)).ShouldAllBe(table => table.Value == 0);
        (await server.ScalarAsync<long>(server.Database.Platform, $"SELECT count(*) FROM tenancy.homes WHERE tenant_id = '{smith.Id}'")).ShouldBe(0);
        (await server.StoredAsync(harbor.Id)).ShouldBe(others);
        var left = await server.RegisteredAsync(smith.Id);
        left.Where(table => table.Value > 0).Select(table => $"{table.Key} {(table.Key is "platform.audit" ? "" : table.Value)}").ShouldBe(
            ["platform.audit ", "platform.identifiers 1", "platform.operations 2", "platform.tenant_keys 1"]);
        left["platform.audit"].ShouldBeGreaterThan(registered["platform.audit"]);
        (await server.RegisteredAsync(harbor.Id)).ShouldBe(othersRegistered);
        (await server.OperationAsync(smith.Id)).Steps.Select(step => $"{step.Name} {step.Status}").ShouldBe(["products succeeded", "home succeeded", "keys succeeded", "records succeeded"]);
        await harbor.Admin.Client.GetAsync("/api/members", Cancelled).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_purged_tenant_is_a_stone_with_its_slug_and_dates()
    {
        var tenant = await server.SuperAdmin.PostAsJsonAsync(
            "/api/tenants",
            new
            {
                name = "Stone Holding",
                masterAccountName = "Stone Master",
                addresses = new[] { new { line1 = "Elm Street 7", city = "Springwood", postalCode = "55555", country = "US" } },
                technicalUser = new { name = "Tess Stone", email = "tess@stone.example" },
            },
            Cancelled).ReadAsync<TenantResponse>(HttpStatusCode.Created);
        await server.PurgeAsync(tenant.Id, tenant.Slug);

        var stone = await server.TenantAsync(tenant.Id);

        (stone.Status, stone.ProvisioningStatus, stone.Slug, stone.Name).ShouldBe(("purged", "absent", tenant.Slug, tenant.Slug));
        stone.CreatedAt.ShouldBe(tenant.CreatedAt, TimeSpan.FromMilliseconds(1));
        (stone.DeletedAt.HasValue, stone.RetainedUntil.HasValue).ShouldBe((true, true));
        (stone.MasterAccountName, stone.TechnicalUser, stone.Addresses!.Count, stone.Products.Count, stone.ExternalIds.Count).ShouldBe((null, null, 0, 0, 0));
        (await server.ScalarAsync<string>(server.Database.Control!, $"SELECT to_json(t)::text FROM platform.tenants t WHERE id = '{tenant.Id}'")).ShouldNotContain("Stone Holding");
        var acts = await server.SuperAdmin.GetAsync("/api/platform/audit?action=tenant.purged", Cancelled).ReadAsync<Page<AuditEntryResponse>>();
        var act = acts.Items.Single(entry => entry.TenantId == tenant.Id);
        (act.Subject, act.Person, act.Outcome).ShouldBe((tenant.Slug, null, "done"));
        act.Details!.Value.GetProperty("operation").GetGuid().ShouldBe((await server.OperationAsync(tenant.Id)).Id);
    }

    [Fact]
    public async Task Its_names_are_anybodys_and_whoever_takes_them_begins_anew()
    {
        var first = await TakeAsync("Second Life");
        await first.Admin.Client.PostAsJsonAsync("/api/cardvault/cards", new { player = "Of The First" }, Cancelled).ShouldBeAsync(HttpStatusCode.Created);
        await server.ExecuteAsync(server.Database.Control!, $"INSERT INTO platform.identifiers (kind, value, tenant_id, origin) VALUES ({(int)IdentifierKind.Host}, 'second-life.example', '{first.Id}', 2)");
        await first.Admin.Client.PostAsJsonAsync("/api/domains", new { host = "cards.second-life.example" }, Cancelled).ShouldBeAsync(HttpStatusCode.Created);
        await Eventually.UntilAsync(async () => await FindThereAsync(IdentifierKind.Host, "second-life.example") == first.Id, Cancelled);
        await server.PurgeAsync(first.Id, first.Slug);
        await Eventually.UntilAsync(async () => await FindThereAsync(IdentifierKind.Name, first.Slug) is null, Cancelled);
        (await FindThereAsync(IdentifierKind.Host, "second-life.example")).ShouldBeNull();

        var second = await TakeAsync("Second Life");

        second.Slug.ShouldBe(first.Slug);
        second.Id.ShouldNotBe(first.Id);
        (await server.SuperAdmin.GetAsync("/api/tenants/second-life-outside", Cancelled).ReadAsync<TenantResponse>()).Id.ShouldBe(second.Id);
        (await second.Admin.Client.GetAsync("/api/cardvault/cards", Cancelled).ReadAsync<Page<JsonElement>>()).Items.ShouldBeEmpty();
        await second.Admin.Client.PostAsJsonAsync("/api/domains", new { host = "cards.second-life.example" }, Cancelled).ShouldBeAsync(HttpStatusCode.Created);
        await Eventually.UntilAsync(async () => await FindThereAsync(IdentifierKind.Name, second.Slug) == second.Id, Cancelled);
        (await server.TenantAsync(first.Id)).Status.ShouldBe("purged");

        // Nor does one of the two hide the other where tenants are listed by what they have in common.
        List<Guid> listed = [];
        var next = "/api/tenants?sort=slug&limit=1";
        while (next is not null)
        {
            var page = await server.SuperAdmin.GetAsync(next, Cancelled).ReadAsync<Page<TenantResponse>>();
            listed.AddRange(page.Items.Where(tenant => tenant.Slug == first.Slug).Select(tenant => tenant.Id));
            next = page.Next is null ? null : $"/api/tenants?sort=slug&limit=1&after={Uri.EscapeDataString(page.Next)}";
        }

        listed.ShouldBe([first.Id, second.Id], ignoreOrder: true);

        // A server that starts now reads one of the two.
        await second.Admin.Client.GetAsync("/api/members", Cancelled).ShouldBeAsync(HttpStatusCode.OK);
        var catalogue = server.Services.GetRequiredService<ITenantCatalogue>();
        (await catalogue.ReadAsync(Cancelled).Where(entry => entry.Tenant.Slug.Value == first.Slug).Select(entry => entry.Tenant.Id.Value).ToListAsync(Cancelled)).ShouldBe([second.Id]);
        (await catalogue.FindAsync([new(IdentifierKind.Name, first.Id.ToString())], Cancelled)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Nobody_works_in_a_purged_tenant_and_nothing_of_it_changes()
    {
        var tenant = await server.CreateTenantAsync("Over", "cardvault");
        await server.PurgeAsync(tenant.Id, tenant.Slug);
        using var member = server.Client(tenant.Admin.Client.DefaultRequestHeaders.Authorization!.Parameter);

        foreach (var name in new[] { $"{tenant.Id}", tenant.Slug })
        {
            await member.GetAsync($"/api/tenants/{name}", Cancelled).ProblemAsync(HttpStatusCode.NotFound, "urn:rowhouse:tenancy:unknown-tenant");
            foreach (var client in new[] { member, server.SuperAdmin })
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, "/api/members") { Headers = { { "X-Tenant-Id", name } } };
                await client.SendAsync(request, Cancelled).ProblemAsync(HttpStatusCode.NotFound, "urn:rowhouse:tenancy:unknown-tenant");
            }
        }

        await server.SuperAdmin.GetAsync($"/api/tenants/{tenant.Slug}", Cancelled).ProblemAsync(HttpStatusCode.NotFound, "urn:rowhouse:tenancy:unknown-tenant");
        await server.SuperAdmin.PostAsync($"/api/tenants/{tenant.Slug}/revive", null, Cancelled).ProblemAsync(HttpStatusCode.NotFound, "urn:rowhouse:tenancy:unknown-tenant");
        foreach (var (method, path, body) in new (HttpMethod, string, object?)[]
        {
            (HttpMethod.Post, "/revive", null), (HttpMethod.Post, "/suspend", null), (HttpMethod.Post, "/resume", null), (HttpMethod.Patch, "", new { name = "Back" }),
            (HttpMethod.Delete, $"?confirm={tenant.Slug}", null), (HttpMethod.Post, "/subscriptions", new { product = "cardvault" }),
        })
        {
            using var request = new HttpRequestMessage(method, $"/api/tenants/{tenant.Id}{path}") { Content = body is null ? null : JsonContent.Create(body) };
            var problem = await server.SuperAdmin.SendAsync(request, Cancelled).ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:tenants:wrong-state");
            (problem.GetProperty("state").GetString(), problem.GetProperty("allowed")[0].GetString()).ShouldBe(("purged", "erased"));
        }

        (await server.SuperAdmin.GetAsync("/api/tenants?status=purged&limit=100", Cancelled).ReadAsync<Page<TenantResponse>>()).Items.ShouldContain(item => item.Id == tenant.Id);
        (await server.SuperAdmin.GetAsync("/api/tenants?status=deleted&limit=100", Cancelled).ReadAsync<Page<TenantResponse>>()).Items.ShouldNotContain(item => item.Id == tenant.Id);
    }

    [Fact]
    public async Task Whoever_has_proven_their_address_stays_and_who_has_not_goes_with_the_tenant()
    {
        var tenant = await server.CreateTenantAsync("Parted");
        var invited = await tenant.Admin.Client.PostAsJsonAsync("/api/members", new { email = "alone@parted.example", name = "Alone", role = "viewer" }, Cancelled).ReadAsync<MemberResponse>(HttpStatusCode.Created);
        await server.SetPasswordAsync(invited.InvitationLink!).ShouldBeAsync(HttpStatusCode.NoContent);
        using var alone = await server.SignInAsync("alone@parted.example", ServerFixture.Password);
        var id = (await alone.GetAsync("/api/me", Cancelled).ReadAsync<MeResponse>()).Person.Id;
        await server.ExecuteAsync(server.Database.Control!, $"INSERT INTO platform.idempotency_keys (owner, route, key, request, person_id, status, body, kept_at) VALUES ('{id}', 'POST /tests', 'theirs', ''::bytea, '{id}', 201, 'null', now())");

        await server.PurgeAsync(tenant.Id, tenant.Slug);

        foreach (var left in new[] { $"people WHERE id = '{id}'", $"sessions WHERE person_id = '{id}'", $"idempotency_keys WHERE owner = '{id}'" })
        {
            (await server.ScalarAsync<long>(server.Database.Control!, $"SELECT count(*) FROM platform.{left}")).ShouldBe(0, left);
        }

        await Eventually.UntilAsync(async () => (await alone.GetAsync("/api/me", Cancelled)).StatusCode == HttpStatusCode.Unauthorized, Cancelled);
        using var admin = await server.SignInAsync(tenant.Admin.Email, ServerFixture.Password);
        (await admin.GetAsync("/api/me", Cancelled).ReadAsync<MeResponse>()).Tenants.ShouldBeEmpty();
    }

    [Fact]
    public async Task Its_data_keys_are_destroyed_and_it_never_gets_another()
    {
        var tenant = await server.CreateTenantAsync("Keyless");
        await server.Services.GetRequiredService<ITenantKeys>().GetCurrentAsync(new(tenant.Id), Cancelled);

        await server.PurgeAsync(tenant.Id, tenant.Slug);

        // Either server may have done it: the other one's memory has the key for a minute.
        using var unused = new TenantKeyCache(TimeProvider.System);
        await Should.ThrowAsync<TenantKeyUnavailableException>(async () => await ActivatorUtilities.CreateInstance<TenantKeys>(server.Services, unused).GetCurrentAsync(new(tenant.Id), Cancelled));
        (await server.ScalarAsync<bool>(server.Database.Control!, $"SELECT wrapped IS NULL FROM platform.tenant_keys WHERE tenant_id = '{tenant.Id}'")).ShouldBeTrue();
    }

    [Fact]
    public async Task Two_servers_remove_each_tenant_once()
    {
        var tenants = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => server.CreateTenantAsync($"Once {i}")));
        foreach (var tenant in tenants)
        {
            await server.DeleteAsync(tenant.Id, tenant.Slug);
        }

        await Task.WhenAll(new[] { server.Services, server.There }.SelectMany(node => Enumerable.Range(0, 2).Select(_ => DeprovisionServer.LookAsync(node))));

        foreach (var tenant in tenants)
        {
            (await server.EndAsync(tenant.Id)).Status.ShouldBe("succeeded"); // there is one
            (await server.TenantAsync(tenant.Id)).Status.ShouldBe("purged");
            await Eventually.UntilAsync(async () => await FindThereAsync(IdentifierKind.Name, $"{tenant.Id}") is null, Cancelled);
        }

        (await server.ScalarAsync<long>(server.Database.Control!, $"SELECT count(*) FROM platform.audit WHERE action = 'tenant.purged' AND tenant_id IN ({string.Join(',', tenants.Select(tenant => $"'{tenant.Id}'"))})")).ShouldBe(tenants.Length);
    }

    /// <summary>A tenant with something in every table there is.</summary>
    private async Task<TestTenant> MakeAsync(string name)
    {
        var estate = await new ApiWalk(server).MakeEstateAsync(name);
        var tenant = estate.Tenant;
        var unproven = await tenant.Admin.Client.PostAsJsonAsync("/api/members", new AddMemberRequest { Email = $"unproven@{tenant.Slug}.example", Name = "Unproven", Role = "viewer" }, Cancelled).ReadAsync<MemberResponse>(HttpStatusCode.Created);
        await server.SetPasswordAsync(unproven.InvitationLink!).ShouldBeAsync(HttpStatusCode.NoContent);
        foreach (var (path, body) in new (string, object)[] { ("/api/cardvault/cards", new { player = "Kept" }), ("/api/domains", new { host = $"more.{tenant.Slug}.example" }) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body), Headers = { { "Idempotency-Key", "kept" } } };
            await tenant.Admin.Client.SendAsync(request, Cancelled).ShouldBeAsync(HttpStatusCode.Created);
        }

        await using (var scope = await server.Services.GetRequiredService<ITenantScopes>().EnterAsync(new TenantId(tenant.Id), Cancelled))
        {
            await scope.Get<ITenantSettings<DeprovisionServer.Known>>().ChangeAsync(_ => new(2), Cancelled);
            await scope.Get<ITenantSecret<DeprovisionServer.KnownSecret>>().SetAsync(new("token"), Cancelled);
        }

        // What a handler in the control database has seen of the settings' change.
        await Eventually.UntilAsync(async () => (await server.RegisteredAsync(tenant.Id))["platform.seen_events"] > 0, Cancelled);
        await server.ExecuteAsync(
            server.Database.Application,
            $"""
            SET session_replication_role = replica;
            INSERT INTO tenancy.changes (tenant_id, relation, key) VALUES ('{tenant.Id}', '"cardvault"."cards"', ARRAY['1']);
            INSERT INTO tenancy.seen_events (tenant_id, consumer, event_id, seen_at) VALUES ('{tenant.Id}', 'tests', gen_random_uuid(), now());
            """);
        await server.ExecuteAsync(server.Database.Control!, $"UPDATE platform.operations SET state = 2, ended_at = now() WHERE id = '{estate.Operation}'");
        return tenant;
    }

    private async Task<TestTenant> TakeAsync(string name)
    {
        var tenant = await server.SuperAdmin.PostAsJsonAsync(
            "/api/tenants", new { name, slug = "second-life", externalIds = new[] { "second-life-outside" }, masterAccountName = "Second Life Master", products = new[] { "cardvault" } }, Cancelled).ReadAsync<TenantResponse>(HttpStatusCode.Created);
        return new(server, tenant, await server.AddMemberAsync(tenant.Slug, "admin"));
    }

    /// <summary>The tenant that the second server finds.</summary>
    private async Task<Guid?> FindThereAsync(IdentifierKind kind, string value)
    {
        try
        {
            await using var entered = await server.There.GetRequiredService<ITenantScopes>().EnterAsync(new Identifier(kind, value), Cancelled);
            return entered.Tenant.Id.Value;
        }
        catch (TenantUnavailableException closed)
        {
            return closed.TenantId?.Value;
        }
    }
}
