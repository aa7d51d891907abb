using System.Net;
using System.Net.Http.Json;
using Rowhouse.Contracts;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane;

public sealed class MemberTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_role_changes_at_once_for_a_member_who_is_signed_in()
    {
        var tenant = await server.CreateTenantAsync("Roles Change");
        var viewer = await tenant.AddMemberAsync("viewer");
        await viewer.Client.GetAsync("/api/members", Cancelled).ProblemAsync(HttpStatusCode.Forbidden, "urn:rowhouse:access:not-allowed");

        (await PatchAsync(tenant.Admin, viewer.MemberId, "admin").ReadAsync<MemberResponse>()).Role.ShouldBe("admin");
        await viewer.Client.GetAsync("/api/members", Cancelled).ShouldBeAsync(HttpStatusCode.OK);

        await viewer.Client.DeleteAsync($"/api/members/{tenant.Admin.MemberId}", Cancelled).ShouldBeAsync(HttpStatusCode.NoContent);
        await tenant.Admin.Client.GetAsync("/api/members", Cancelled).ProblemAsync(HttpStatusCode.NotFound, "urn:rowhouse:tenancy:unknown-tenant");
    }

    [Theory]
    [InlineData("viewer")]
    [InlineData("member")]
    [InlineData("editor")]
    public async Task Only_admins_see_and_change_members(string role)
    {
        var tenant = await server.CreateTenantAsync($"Only {role}");
        var member = await tenant.AddMemberAsync(role);

        await member.Client.GetAsync("/api/members", Cancelled).ShouldBeAsync(HttpStatusCode.Forbidden);
        await AddAsync(member, "new@only.localhost").ShouldBeAsync(HttpStatusCode.Forbidden);
        await PatchAsync(member, member.MemberId, "admin").ShouldBeAsync(HttpStatusCode.Forbidden);
        await member.Client.DeleteAsync($"/api/members/{tenant.Admin.MemberId}", Cancelled).ShouldBeAsync(HttpStatusCode.Forbidden);
        await member.Client.GetAsync("/api/audit", Cancelled).ShouldBeAsync(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task A_tenant_never_loses_its_last_admin()
    {
        var tenant = await server.CreateTenantAsync("Last Admin");

        await PatchAsync(tenant.Admin, tenant.Admin.MemberId, "editor").ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:members:last-admin");
        await tenant.Admin.Client.DeleteAsync($"/api/members/{tenant.Admin.MemberId}", Cancelled).ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:members:last-admin");
        await PatchAsync(tenant.Admin, tenant.Admin.MemberId, "admin").ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Two_admins_who_remove_each_other_at_once_leave_one()
    {
        for (var round = 0; round < 5; round++)
        {
            var tenant = await server.CreateTenantAsync($"Each Other {round}");
            var second = await tenant.AddMemberAsync("admin");

            var answers = await Task.WhenAll(PatchAsync(tenant.Admin, second.MemberId, "viewer"), PatchAsync(second, tenant.Admin.MemberId, "viewer"));

            answers.Count(answer => answer.IsSuccessStatusCode).ShouldBe(1);
            answers.ShouldAllBe(answer => (int)answer.StatusCode < 500);
        }
    }

    [Fact]
    public async Task Those_who_were_only_invited_do_not_count_as_an_admin()
    {
        var tenant = await server.CreateTenantAsync("Invited Admin");
        var invited = await AddAsync(tenant.Admin, "invited@admin.localhost", "admin").ReadAsync<MemberResponse>(HttpStatusCode.Created);

        await PatchAsync(tenant.Admin, tenant.Admin.MemberId, "editor").ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:members:last-admin");
        await tenant.Admin.Client.DeleteAsync($"/api/members/{tenant.Admin.MemberId}", Cancelled).ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:members:last-admin");

        await server.SetPasswordAsync(invited.InvitationLink!).ShouldBeAsync(HttpStatusCode.NoContent);
        await PatchAsync(tenant.Admin, tenant.Admin.MemberId, "editor").ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Of_many_that_add_one_person_at_once_one_does()
    {
        var tenant = await server.CreateTenantAsync("Adds Once");

        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => AddAsync(tenant.Admin, "once@adds.localhost")));

        answers.Select(answer => answer.StatusCode).Order().ShouldBe([HttpStatusCode.Created, .. Enumerable.Repeat(HttpStatusCode.Conflict, 4)]);
    }

    [Theory]
    [InlineData("""{}""", new[] { "email", "name", "role" })]
    [InlineData("""{"email":"no address","name":"","role":"owner"}""", new[] { "email", "name", "role" })]
    [InlineData("""{"email":null,"name":null,"role":null}""", new[] { "email", "name", "role" })]
    [InlineData("""{"email":"a@b.localhost","name":"A","role":"viewer","password":"of the admin's own choice"}""", new[] { "password" })]
    [InlineData("""{"email":"a@b.localhost","name":"A","role":"viewer","rol":"admin"}""", new[] { "rol" })]
    [InlineData("""{"email":"a@b.localhost","name":7,"role":"viewer"}""", new[] { "name" })]
    public async Task What_is_wrong_with_a_new_member_is_told_by_field(string body, string[] fields)
    {
        var tenant = await server.CreateTenantAsync("Told By Field");

        (await tenant.Admin.Client.PostTextAsync("/api/members", body).ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:request:invalid")).Fields().ShouldBe(fields);
    }

    [Fact]
    public async Task The_list_is_paged_and_holds_no_secret()
    {
        var tenant = await server.CreateTenantAsync("Pages Members");
        await tenant.AddMemberAsync("viewer");
        await tenant.AddMemberAsync("editor");

        foreach (var sort in new[] { "email", "-email", "invitedAt", "-invitedAt" })
        {
            var first = await tenant.Admin.Client.GetAsync($"/api/members?limit=2&count=true&sort={sort}", Cancelled).ReadAsync<Page<MemberResponse>>();
            var rest = await tenant.Admin.Client.GetAsync($"/api/members?limit=2&sort={sort}&after={first.Next}", Cancelled).ReadAsync<Page<MemberResponse>>();

            first.Total.ShouldBe(3);
            rest.Next.ShouldBeNull();
            first.Items.Concat(rest.Items).Select(member => member.Id).Distinct().Count().ShouldBe(3);
        }

        (await tenant.Admin.Client.GetStringAsync("/api/members", Cancelled)).ShouldNotContain("assword\":\"");
    }

    [Fact]
    public async Task Another_tenants_member_is_nobody_here()
    {
        var one = await server.CreateTenantAsync("Nobody One");
        var two = await server.CreateTenantAsync("Nobody Two");

        await PatchAsync(one.Admin, two.Admin.MemberId, "viewer").ProblemAsync(HttpStatusCode.NotFound, "urn:rowhouse:members:unknown-member");
        await one.Admin.Client.DeleteAsync($"/api/members/{two.Admin.MemberId}", Cancelled).ProblemAsync(HttpStatusCode.NotFound, "urn:rowhouse:members:unknown-member");
        await one.Admin.Client.DeleteAsync($"/api/members/{Guid.Empty}", Cancelled).ProblemAsync(HttpStatusCode.NotFound, "urn:rowhouse:members:unknown-member");
        await one.Admin.Client.DeleteAsync("/api/members/7", Cancelled).ProblemAsync(HttpStatusCode.NotFound, "urn:rowhouse:request:unknown-address");
    }

    private static Task<HttpResponseMessage> AddAsync(TestMember by, string email, string role = "viewer") =>
        by.Client.PostAsJsonAsync("/api/members", new AddMemberRequest { Email = email, Name = "Somebody", Role = role }, Cancelled);

    private static Task<HttpResponseMessage> PatchAsync(TestMember by, Guid id, string role) =>
        by.Client.PatchAsJsonAsync($"/api/members/{id}", new UpdateMemberRequest(role), Cancelled);
}
