using System.Net;
using System.Net.Http.Json;
using Rowhouse.Contracts;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane;

/// <summary>Who is let in where, and in which order refusals are given.</summary>
public sealed class AccessTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nobody_signed_in_is_told_so_whatever_is_named()
    {
        var tenant = await server.CreateTenantAsync("Named Any");

        foreach (var name in new[] { tenant.Slug, "ghost" })
        {
            await GetAsync(server.Nobody, $"/t/{name}/api/members").ProblemAsync(HttpStatusCode.Unauthorized, "urn:rowhouse:access:sign-in-required");
            await GetAsync(server.Nobody, $"/t/{name}/api/members", ("X-Tenant-Id", "other")).ProblemAsync(HttpStatusCode.Unauthorized, "urn:rowhouse:access:sign-in-required");
        }

        using var answer = await server.Nobody.GetAsync("/api/members", Cancelled);
        answer.Headers.WwwAuthenticate.ToString().ShouldBe("Bearer");
    }

    [Fact]
    public async Task Somebody_else_gets_the_answer_of_a_tenant_that_does_not_exist()
    {
        var own = await server.CreateTenantAsync("Exists Own");
        var other = await server.CreateTenantAsync("Exists Other");
        using var client = await server.SignInAsync(own.Admin.Email, ServerFixture.Password);

        var hidden = await GetAsync(client, $"/t/{other.Slug}/api/members").ProblemAsync(HttpStatusCode.NotFound, "urn:rowhouse:tenancy:unknown-tenant");
        var missing = await GetAsync(client, "/t/ghost/api/members").ProblemAsync(HttpStatusCode.NotFound, "urn:rowhouse:tenancy:unknown-tenant");
        hidden.GetProperty("detail").GetString().ShouldBe(missing.GetProperty("detail").GetString());

        // Suspended, and named in two spellings: still no difference.
        await server.SuperAdmin.PostAsync($"/api/tenants/{other.Slug}/suspend", content: null, Cancelled).ShouldBeAsync(HttpStatusCode.OK);
        await GetAsync(client, $"/t/{other.Slug}/api/members").ProblemAsync(HttpStatusCode.NotFound, "urn:rowhouse:tenancy:unknown-tenant");
        await GetAsync(client, $"/t/{other.Slug}/api/members", ("X-Tenant-Id", other.Id.ToString())).ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:tenancy:conflicting-tenants");
        await GetAsync(client, "/t/ghost/api/members", ("X-Tenant-Id", Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString())).ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:tenancy:conflicting-tenants");
    }

    [Fact]
    public async Task Identifiers_that_disagree_are_refused_before_membership()
    {
        var own = await server.CreateTenantAsync("Agree Own");
        var other = await server.CreateTenantAsync("Agree Other");
        using var client = await server.SignInAsync(own.Admin.Email, ServerFixture.Password);

        await GetAsync(client, $"/t/{own.Slug}/api/members", ("X-Tenant-Id", own.Id.ToString())).ShouldBeAsync(HttpStatusCode.OK);
        await GetAsync(client, $"/t/{own.Slug}/api/members", ("X-Tenant-Id", other.Slug)).ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:tenancy:conflicting-tenants");
        await GetAsync(client, $"/t/{own.Slug}/api/members", ("X-Tenant-Id", "ghost")).ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:tenancy:conflicting-tenants");
        await GetAsync(client, $"/t/{own.Slug}/api/me", ("X-Account-Id", other.Slug)).ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:tenancy:conflicting-tenants");
        await GetAsync(client, "/api/members").ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:tenancy:no-tenant");
    }

    [Fact]
    public async Task A_host_names_the_tenant()
    {
        var tenant = await server.CreateTenantAsync("By Host");
        using var client = await server.SignInAsync(tenant.Admin.Email, ServerFixture.Password);

        await GetAsync(client, "/api/members", ("Host", "by-host.localhost:5080")).ShouldBeAsync(HttpStatusCode.OK);
        await GetAsync(client, "/api/members", ("Host", "ghost.localhost")).ShouldBeAsync(HttpStatusCode.NotFound);
        await GetAsync(client, "/api/members", ("Host", "localhost")).ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:tenancy:no-tenant");
    }

    [Fact]
    public async Task Staff_enter_any_tenant_by_name_and_are_recorded()
    {
        var tenant = await server.CreateTenantAsync("Staff Enters");

        await GetAsync(server.SuperAdmin, $"/t/{tenant.Slug}/api/members?limit=7").ShouldBeAsync(HttpStatusCode.OK);

        var audit = await tenant.Admin.Client.GetAsync("/api/audit?action=tenant.staff-access", Cancelled).ReadAsync<Page<AuditEntryResponse>>();
        audit.Items.ShouldContain(entry => entry.Subject == "GET /api/members" && entry.Person!.Email == ServerFixture.AdminEmail && entry.Outcome == "done" && entry.TraceId != null && entry.Address != null);
    }

    [Fact]
    public async Task A_super_admin_who_is_a_member_acts_with_the_members_role_and_is_recorded_as_staff()
    {
        var tenant = await server.CreateTenantAsync("Staff Is Member");
        await InviteSuperAdminAsync(tenant, "viewer");

        await GetAsync(server.SuperAdmin, $"/t/{tenant.Slug}/api/members").ProblemAsync(HttpStatusCode.Forbidden, "urn:rowhouse:access:not-allowed");
        await GetAsync(server.SuperAdmin, $"/t/{tenant.Slug}/api/products").ShouldBeAsync(HttpStatusCode.OK);

        // As an admin there they are a tenant's admin and no more: they vouch for nobody.
        var member = (await tenant.Admin.Client.GetAsync("/api/members?limit=200", Cancelled).ReadAsync<Page<MemberResponse>>()).Items.Single(member => member.Email == ServerFixture.AdminEmail);
        await tenant.Admin.Client.PatchAsJsonAsync($"/api/members/{member.Id}", new UpdateMemberRequest("admin"), Cancelled).ShouldBeAsync(HttpStatusCode.OK);
        using var inviting = new HttpRequestMessage(HttpMethod.Post, $"/t/{tenant.Slug}/api/members") { Content = JsonContent.Create(new AddMemberRequest { Email = "unvouched@staff.localhost", Name = "X", Role = "viewer" }) };
        var invited = await server.SuperAdmin.SendAsync(inviting, Cancelled).ReadAsync<MemberResponse>(HttpStatusCode.Created);
        await server.SetPasswordAsync(invited.InvitationLink!).ShouldBeAsync(HttpStatusCode.NoContent);
        await using var database = Npgsql.NpgsqlDataSource.Create(server.Database.Control!);
        await using var proven = database.CreateCommand("SELECT proven_at IS NOT NULL FROM platform.people WHERE email_key = 'unvouched@staff.localhost'");
        (await proven.ExecuteScalarAsync(Cancelled)).ShouldBe(false);

        var audit = await tenant.Admin.Client.GetAsync("/api/audit?action=tenant.staff-access&limit=200", Cancelled).ReadAsync<Page<AuditEntryResponse>>();
        audit.Items.ShouldContain(entry => entry.Subject == "POST /api/members" && entry.Person!.Email == ServerFixture.AdminEmail);
    }

    [Fact]
    public async Task Attempts_on_another_tenant_are_recorded_there_without_telling_whose_they_were()
    {
        var one = await server.CreateTenantAsync("Attempts One");
        var two = await server.CreateTenantAsync("Attempts Two");
        using var client = await server.SignInAsync(one.Admin.Email, ServerFixture.Password);

        await GetAsync(client, $"/t/{two.Slug}/api/members").ShouldBeAsync(HttpStatusCode.NotFound);

        var audit = await two.Admin.Client.GetAsync("/api/audit?action=tenant.access-refused", Cancelled).ReadAsync<Page<AuditEntryResponse>>();
        var entry = audit.Items.ShouldHaveSingleItem();
        (entry.Person, entry.Address, entry.Outcome).ShouldBe((null, null, "refused"));

        var all = await server.SuperAdmin.GetAsync("/api/platform/audit?action=tenant.access-refused", Cancelled).ReadAsync<Page<AuditEntryResponse>>();
        var known = all.Items.Single(known => known.Id == entry.Id);
        known.Person!.Id.ShouldBe(one.Admin.Id);
        known.Address.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_tenant_that_does_not_exist_is_recorded_like_one_that_is_somebody_elses()
    {
        var tenant = await server.CreateTenantAsync("Ghost Hunter");
        using var client = await server.SignInAsync(tenant.Admin.Email, ServerFixture.Password);

        await GetAsync(client, $"/t/ghost-hunted/api/tenants/{new string('x', 4000)}", ("X-Tenant-Id", "ghost")).ShouldBeAsync(HttpStatusCode.BadRequest);
        await GetAsync(client, "/t/ghost-hunted/api/members").ShouldBeAsync(HttpStatusCode.NotFound);

        var audit = await server.SuperAdmin.GetAsync("/api/platform/audit?action=tenant.access-refused&limit=200", Cancelled).ReadAsync<Page<AuditEntryResponse>>();
        var entry = audit.Items.Single(entry => entry.Person!.Id == tenant.Admin.Id && entry.Subject == "GET /api/members");
        entry.TenantId.ShouldBeNull();
        audit.Items.ShouldContain(cut => cut.Subject!.StartsWith("GET /api/tenants/xxx", StringComparison.Ordinal) && cut.Subject.Length == 200);
    }

    [Fact]
    public async Task Naming_tenants_that_are_not_ones_own_is_bounded_and_so_are_its_records()
    {
        var tenant = await server.CreateTenantAsync("Names Many");
        var other = await server.CreateTenantAsync("Is Named");
        using var client = await server.SignInAsync(tenant.Admin.Email, ServerFixture.Password);

        var answers = new List<HttpResponseMessage>();
        for (var attempt = 0; attempt < 40; attempt++)
        {
            answers.Add(await GetAsync(client, $"/t/{other.Slug}/api/members"));
            answers.Add(await GetAsync(client, "/t/ghost/api/members"));
        }

        answers.Count(answer => answer.StatusCode == HttpStatusCode.NotFound).ShouldBeInRange(30, 79);
        var refused = answers.Where(answer => answer.StatusCode == HttpStatusCode.TooManyRequests).ToList();
        await Task.FromResult(refused[0]).ProblemAsync(HttpStatusCode.TooManyRequests, "urn:rowhouse:request:too-many");
        await GetAsync(client, $"/t/{tenant.Slug}/api/members").ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_audit_shows_a_tenant_its_own_entries_and_staff_all()
    {
        var one = await server.CreateTenantAsync("Audit One");
        var two = await server.CreateTenantAsync("Audit Two");
        await server.SuperAdmin.PostAsync($"/api/tenants/{two.Slug}/suspend", content: null, Cancelled).ShouldBeAsync(HttpStatusCode.OK);
        await server.SuperAdmin.PostAsync($"/api/tenants/{two.Slug}/resume", content: null, Cancelled).ShouldBeAsync(HttpStatusCode.OK);

        var own = await one.Admin.Client.GetAsync("/api/audit?limit=200", Cancelled).ReadAsync<Page<AuditEntryResponse>>();
        own.Items.ShouldAllBe(entry => entry.TenantId == one.Id);
        own.Items.Select(entry => entry.Action).ShouldBe(["member.joined", "member.invited", "tenant.staff-access", "tenant.created"], ignoreOrder: true);

        var all = await server.SuperAdmin.GetAsync("/api/platform/audit?limit=200&count=true", Cancelled).ReadAsync<Page<AuditEntryResponse>>();
        all.Items.Select(entry => entry.At).ShouldBe(all.Items.Select(entry => entry.At).OrderDescending());
        var suspended = all.Items.Single(entry => entry.Action == "tenant.suspended" && entry.TenantId == two.Id);
        suspended.Details!.Value.GetProperty("before").GetString().ShouldBe("active");
        suspended.Details.Value.GetProperty("after").GetString().ShouldBe("suspended");
        all.Items.ShouldContain(entry => entry.Action == "session.opened");
    }

    [Fact]
    public async Task The_audit_can_be_neither_changed_nor_removed_by_the_role_that_writes_it()
    {
        await using var database = Npgsql.NpgsqlDataSource.Create(server.Database.Control!);

        foreach (var statement in new[] { "UPDATE platform.audit SET subject = ''", "DELETE FROM platform.audit", "TRUNCATE platform.audit" })
        {
            await using var command = database.CreateCommand(statement);
            (await Should.ThrowAsync<Npgsql.PostgresException>(() => command.ExecuteNonQueryAsync(Cancelled))).SqlState.ShouldBe("42501");
        }
    }

    private async Task InviteSuperAdminAsync(TestTenant tenant, string role)
    {
        var invited = await tenant.Admin.Client.PostAsJsonAsync("/api/members", new AddMemberRequest { Email = ServerFixture.AdminEmail, Name = "X", Role = role }, Cancelled).ReadAsync<MemberResponse>(HttpStatusCode.Created);
        await server.SuperAdmin.PostAsJsonAsync("/api/invitations/accept", new InvitationTokenRequest(ServerFixture.TokenOf(invited.InvitationLink!)), Cancelled).ShouldBeAsync(HttpStatusCode.OK);
    }

    private static Task<HttpResponseMessage> GetAsync(HttpClient client, string path, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return client.SendAsync(request, Cancelled);
    }
}
