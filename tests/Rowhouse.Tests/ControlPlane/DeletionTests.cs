using System.Net;
using System.Net.Http.Json;
using Npgsql;
using Rowhouse.Contracts;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane;

/// <summary>Tenants that go, and those that come back.</summary>
public sealed class DeletionTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_deleted_tenant_is_closed_at_once_and_comes_back_as_it_was()
    {
        var tenant = await server.CreateTenantAsync("Gone And Back");
        await UnprotectAsync(tenant);
        var before = TimeProvider.System.GetUtcNow();

        var deleted = await DeleteAsync(tenant, tenant.Slug).ReadAsync<TenantResponse>();

        (deleted.Status, deleted.ProvisioningStatus).ShouldBe(("deleted", "absent"));
        deleted.DeletedAt!.Value.ShouldBeInRange(before.AddMinutes(-1), before.AddMinutes(1));
        (deleted.RetainedUntil - deleted.DeletedAt).ShouldBe(TimeSpan.FromDays(30));
        await tenant.Admin.Client.GetAsync("/api/members", Cancelled).ProblemAsync(HttpStatusCode.Gone, "urn:rowhouse:tenancy:deleted");
        (await tenant.Admin.Client.GetAsync("/api/me", Cancelled).ReadAsync<MeResponse>()).Tenants.ShouldBeEmpty();

        var revived = await PostAsync($"/api/tenants/{tenant.Slug}/revive").ReadAsync<TenantResponse>();

        (revived.Status, revived.DeletedAt, revived.RetainedUntil).ShouldBe(("active", null, null));
        await tenant.Admin.Client.GetAsync("/api/members", Cancelled).ShouldBeAsync(HttpStatusCode.OK);
        (await tenant.Admin.Client.GetAsync("/api/me", Cancelled).ReadAsync<MeResponse>()).Tenants.Single().Slug.ShouldBe(tenant.Slug);
        (await ActsOnAsync(tenant)).ShouldBe(["tenant.created", "tenant.changed", "tenant.deleted", "tenant.revived"]);
    }

    [Fact]
    public async Task Nothing_of_a_deleted_tenant_answers_its_people_or_changes()
    {
        var tenant = await server.CreateTenantAsync("Silent");
        var invited = await tenant.Admin.Client.PostAsJsonAsync("/api/members", new { email = "late@silent.example", name = "Late", role = "viewer" }, Cancelled).ReadAsync<MemberResponse>(HttpStatusCode.Created);
        var token = ServerFixture.TokenOf(invited.InvitationLink!);
        await UnprotectAsync(tenant);
        await DeleteAsync(tenant, tenant.Slug).ShouldBeAsync(HttpStatusCode.OK);

        foreach (var path in new[] { $"/api/tenants/{tenant.Slug}", $"/api/tenants/{tenant.Slug}/licenses" })
        {
            await tenant.Admin.Client.GetAsync(path, Cancelled).ProblemAsync(HttpStatusCode.Gone, "urn:rowhouse:tenancy:deleted");
            await server.SuperAdmin.GetAsync(path, Cancelled).ShouldBeAsync(HttpStatusCode.OK);
        }

        var license = new { enterpriseId = "x", productId = "x", serviceId = "x", startDate = "2026-01-01", endDate = "2026-12-31", contactFullName = "Lee", contactEmail = "lee@silent.example" };
        await tenant.Admin.Client.PostAsJsonAsync($"/api/tenants/{tenant.Slug}/licenses/validate", new { enterpriseId = "x", productId = "x", serviceId = "x" }, Cancelled).ProblemAsync(HttpStatusCode.Gone, "urn:rowhouse:tenancy:deleted");
        await server.SuperAdmin.PostAsJsonAsync($"/api/tenants/{tenant.Slug}/licenses", license, Cancelled).ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:tenants:wrong-state");
        await server.SuperAdmin.PatchAsJsonAsync($"/api/tenants/{tenant.Slug}/licenses/{Guid.Empty}", new { seats = 7 }, Cancelled).ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:tenants:wrong-state");
        await server.SuperAdmin.PostAsJsonAsync($"/api/tenants/{tenant.Slug}/subscriptions", new { product = "cardvault" }, Cancelled).ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:tenants:wrong-state");
        await server.SuperAdmin.DeleteAsync($"/api/tenants/{tenant.Slug}/subscriptions/cardvault", Cancelled).ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:tenants:wrong-state");
        await server.Nobody.PostAsJsonAsync("/api/invitations/read", new { token }, Cancelled).ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:people:link-invalid");
        await server.Nobody.PostAsJsonAsync("/api/password/set", new { token, password = ServerFixture.Password }, Cancelled).ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:people:link-invalid");

        await PostAsync($"/api/tenants/{tenant.Slug}/revive").ShouldBeAsync(HttpStatusCode.OK);
        await server.Nobody.PostAsJsonAsync("/api/invitations/read", new { token }, Cancelled).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Whoever_belongs_to_a_deleted_tenant_alone_does_not_sign_in_until_it_is_revived()
    {
        var tenant = await server.CreateTenantAsync("Signed Out");
        var invited = await tenant.Admin.Client.PostAsJsonAsync("/api/members", new { email = "alone@signed-out.example", name = "Alone", role = "viewer" }, Cancelled).ReadAsync<MemberResponse>(HttpStatusCode.Created);
        await server.SetPasswordAsync(invited.InvitationLink!).ShouldBeAsync(HttpStatusCode.NoContent);
        (await server.SignInAsync("alone@signed-out.example", ServerFixture.Password)).Dispose();
        await UnprotectAsync(tenant);
        await DeleteAsync(tenant, tenant.Slug).ShouldBeAsync(HttpStatusCode.OK);

        var credentials = new SignInRequest("alone@signed-out.example", ServerFixture.Password);
        await server.Nobody.PostAsJsonAsync("/api/session", credentials, Cancelled).ProblemAsync(HttpStatusCode.Unauthorized, "urn:rowhouse:session:wrong-credentials");

        await PostAsync($"/api/tenants/{tenant.Slug}/revive").ShouldBeAsync(HttpStatusCode.OK);
        await server.Nobody.PostAsJsonAsync("/api/session", credentials, Cancelled).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_suspended_tenant_comes_back_suspended()
    {
        var tenant = await server.CreateTenantAsync("Suspended And Back");
        await UnprotectAsync(tenant);
        await PostAsync($"/api/tenants/{tenant.Slug}/suspend").ShouldBeAsync(HttpStatusCode.OK);
        await DeleteAsync(tenant, tenant.Slug).ShouldBeAsync(HttpStatusCode.OK);

        foreach (var change in new[] { "suspend", "resume" })
        {
            var problem = await PostAsync($"/api/tenants/{tenant.Slug}/{change}").ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:tenants:wrong-state");
            problem.GetProperty("state").GetString().ShouldBe("deleted");
        }

        (await PostAsync($"/api/accounts/{tenant.Id}/revive").ReadAsync<TenantResponse>()).Status.ShouldBe("suspended");
    }

    [Fact]
    public async Task Protection_is_told_before_what_confirms()
    {
        var tenant = await server.CreateTenantAsync("Protected");
        (await server.SuperAdmin.GetAsync($"/api/tenants/{tenant.Slug}", Cancelled).ReadAsync<TenantResponse>()).DeletionProtection.ShouldBeTrue();

        await DeleteAsync(tenant, tenant.Slug).ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:tenants:protected");
        await DeleteAsync(tenant, confirm: null).ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:tenants:protected");

        await UnprotectAsync(tenant);
        await DeleteAsync(tenant, tenant.Slug).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Confirmed")]
    [InlineData("another")]
    public async Task Only_its_slug_confirms_that_a_tenant_goes(string? confirm)
    {
        var tenant = await server.CreateTenantAsync("Confirmed");
        await UnprotectAsync(tenant);

        (await DeleteAsync(tenant, confirm).ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:request:invalid")).Fields().ShouldBe(["confirm"]);

        (await server.SuperAdmin.GetAsync($"/api/tenants/{tenant.Slug}", Cancelled).ReadAsync<TenantResponse>()).Status.ShouldBe("active");
    }

    [Fact]
    public async Task Nobody_takes_the_names_of_a_deleted_tenant_while_it_can_come_back()
    {
        var made = await server.SuperAdmin.PostAsJsonAsync(
            "/api/tenants", new { name = "Names Kept", externalIds = new[] { "names-kept-outside" }, masterAccountName = "Names Kept Holding", deletionProtection = false }, Cancelled).ReadAsync<TenantResponse>(HttpStatusCode.Created);
        await server.SuperAdmin.DeleteAsync($"/api/tenants/names-kept-outside?confirm={made.Slug}", Cancelled).ShouldBeAsync(HttpStatusCode.OK);

        var again = server.SuperAdmin.PostAsJsonAsync(
            "/api/tenants", new { name = "Anything", slug = made.Slug, externalIds = new[] { "names-kept-outside" }, masterAccountName = "NAMES KEPT HOLDING" }, Cancelled);

        (await again.ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:tenants:identifier-taken")).Fields().ShouldBe(["externalIds[0]", "masterAccountName", "slug"]);
    }

    [Fact]
    public async Task After_its_retention_a_tenant_does_not_come_back()
    {
        var tenant = await server.CreateTenantAsync("Too Late");
        await UnprotectAsync(tenant);
        await DeleteAsync(tenant, tenant.Slug).ShouldBeAsync(HttpStatusCode.OK);
        await using (var control = NpgsqlDataSource.Create(server.Database.Control!))
        {
            await using var later = control.CreateCommand("update platform.tenants set deleted_at = now() - interval '31 days', retained_until = now() - interval '1 second' where id = $1");
            later.Parameters.AddWithValue(tenant.Id);
            (await later.ExecuteNonQueryAsync(Cancelled)).ShouldBe(1);
        }

        await PostAsync($"/api/tenants/{tenant.Slug}/revive").ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:tenants:retention-ended");
    }

    [Fact]
    public async Task What_is_not_deleted_is_not_revived_and_what_is_gone_does_not_go_again()
    {
        var tenant = await server.CreateTenantAsync("Once Only");
        await UnprotectAsync(tenant);

        await PostAsync($"/api/tenants/{tenant.Slug}/revive").ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:tenants:wrong-state");
        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => DeleteAsync(tenant, tenant.Slug)));
        answers.Select(answer => answer.StatusCode).Order().ShouldBe([HttpStatusCode.OK, .. Enumerable.Repeat(HttpStatusCode.Conflict, 4)]);
        answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => PostAsync($"/api/tenants/{tenant.Slug}/revive")));
        answers.Select(answer => answer.StatusCode).Order().ShouldBe([HttpStatusCode.OK, .. Enumerable.Repeat(HttpStatusCode.Conflict, 4)]);
    }

    [Fact]
    public async Task A_deletion_of_what_was_not_seen_is_refused()
    {
        var tenant = await server.CreateTenantAsync("Seen Before");
        await UnprotectAsync(tenant);
        using var request = new HttpRequestMessage(HttpMethod.Delete, $"/api/tenants/{tenant.Slug}?confirm={tenant.Slug}") { Headers = { { "If-Match", "\"1\"" } } };

        await server.SuperAdmin.SendAsync(request, Cancelled).ProblemAsync(HttpStatusCode.PreconditionFailed, "urn:rowhouse:request:changed-meanwhile");
    }

    private Task<HttpResponseMessage> DeleteAsync(TestTenant tenant, string? confirm) =>
        server.SuperAdmin.DeleteAsync($"/api/tenants/{tenant.Id}{(confirm is null ? "" : $"?confirm={confirm}")}", Cancelled);

    private Task<HttpResponseMessage> PostAsync(string path) => server.SuperAdmin.PostAsync(path, null, Cancelled);

    private Task UnprotectAsync(TestTenant tenant) =>
        server.SuperAdmin.PatchAsJsonAsync($"/api/tenants/{tenant.Id}", new { deletionProtection = false }, Cancelled).ShouldBeAsync(HttpStatusCode.OK);

    private async Task<IReadOnlyList<string>> ActsOnAsync(TestTenant tenant)
    {
        await using var control = NpgsqlDataSource.Create(server.Database.Control!);
        await using var read = control.CreateCommand("select action from platform.audit where tenant_id = $1 and action like 'tenant.%' and action <> 'tenant.staff-access' order by at, id");
        read.Parameters.AddWithValue(tenant.Id);
        await using var rows = await read.ExecuteReaderAsync(Cancelled);
        var acts = new List<string>();
        while (await rows.ReadAsync(Cancelled))
        {
            acts.Add(rows.GetString(0));
        }

        return acts;
    }
}
