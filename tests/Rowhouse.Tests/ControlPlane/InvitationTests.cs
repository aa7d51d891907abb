using System.Net;
using System.Net.Http.Json;
using Rowhouse.Contracts;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane;

/// <summary>Who becomes whom by an invitation. A tenant's admin may name any address, and must gain nothing by it.</summary>
public sealed class InvitationTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const string Chosen = "a password of my own";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whoever_claims_an_address_in_one_tenant_is_nobody_in_the_tenant_of_its_owner()
    {
        var attacker = await server.CreateTenantAsync("Claims It");
        var victim = await server.CreateTenantAsync("Owns It");
        await server.SetPasswordAsync(await InviteAsync(attacker.Admin, "ceo@victim.example", "viewer"), "the attacker's own").ShouldBeAsync(HttpStatusCode.NoContent);

        var link = await InviteAsync(victim.Admin, "ceo@victim.example", "admin");
        (await ReadAsync(link)).AcceptBy.ShouldBe("password");
        using var impostor = await server.SignInAsync("ceo@victim.example", "the attacker's own");
        await AcceptAsync(impostor, link).ProblemAsync(HttpStatusCode.Forbidden, "urn:rowhouse:people:invited-somebody-else");
        await server.SetPasswordAsync(link, Chosen).ShouldBeAsync(HttpStatusCode.NoContent);

        (await MeAsync(impostor)).Tenants.Select(tenant => tenant.Slug).ShouldBe([attacker.Slug]);
        using var owner = await server.SignInAsync("ceo@victim.example", Chosen);
        (await MeAsync(owner)).Tenants.Select(tenant => tenant.Slug).ShouldBe([victim.Slug]);
        (await MeAsync(owner)).Person.Id.ShouldNotBe((await MeAsync(impostor)).Person.Id);
    }

    [Fact]
    public async Task The_inviter_cannot_tell_whether_an_address_belongs_to_somebody()
    {
        var known = await server.CreateTenantAsync("Belongs To");
        var inviter = await server.CreateTenantAsync("Cannot Tell");

        var ofSomebody = await MemberAsync(inviter.Admin, known.Admin.Email, "viewer");
        var ofNobody = await MemberAsync(inviter.Admin, "nobody.yet@belongs.localhost", "viewer");

        foreach (var member in new[] { ofSomebody, ofNobody })
        {
            (member.PersonId, member.Status, member.Name, member.JoinedAt).ShouldBe((null, "invited", "Invited", null));
            member.InvitationLink.ShouldNotBeNull().Length.ShouldBe(ofNobody.InvitationLink!.Length);
            member.InvitationExpiresAt.ShouldNotBeNull();
        }

        var listed = await inviter.Admin.Client.GetAsync("/api/members?limit=200", Cancelled).ReadAsync<Page<MemberResponse>>();
        listed.Items.Where(member => member.Status == "invited").ShouldAllBe(member => member.PersonId == null && member.InvitationLink == null && member.Name == "Invited");
    }

    [Fact]
    public async Task A_known_person_joins_only_in_a_session_of_their_own_and_keeps_their_password()
    {
        var one = await server.CreateTenantAsync("Known One");
        var two = await server.CreateTenantAsync("Known Two");
        var link = await InviteAsync(two.Admin, one.Admin.Email.ToUpperInvariant(), "editor");

        (await ReadAsync(link)).AcceptBy.ShouldBe("session");
        await server.SetPasswordAsync(link, Chosen).ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:people:accept-signed-in");
        await AcceptAsync(server.Nobody, link).ProblemAsync(HttpStatusCode.Unauthorized, "urn:rowhouse:access:sign-in-required");
        await AcceptAsync(two.Admin.Client, link).ProblemAsync(HttpStatusCode.Forbidden, "urn:rowhouse:people:invited-somebody-else");
        (await MeAsync(one.Admin.Client)).Tenants.ShouldHaveSingleItem();

        var joined = await AcceptAsync(one.Admin.Client, link).ReadAsync<MemberResponse>();

        (joined.PersonId, joined.Role, joined.Status).ShouldBe((one.Admin.Id, "editor", "joined"));
        (await MeAsync(one.Admin.Client)).Tenants.Select(tenant => tenant.Slug).ShouldBe(["known-one", "known-two"]);
        await AcceptAsync(one.Admin.Client, link).ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:people:link-invalid");
        (await server.SignInAsync(one.Admin.Email, ServerFixture.Password)).Dispose();
    }

    [Fact]
    public async Task Somebody_unproven_is_a_member_of_the_tenant_that_invited_them_and_of_no_other()
    {
        var one = await server.CreateTenantAsync("Only Here");
        var two = await server.CreateTenantAsync("Not There");
        await server.SetPasswordAsync(await InviteAsync(one.Admin, "only@here.localhost"), Chosen).ShouldBeAsync(HttpStatusCode.NoContent);
        using var unproven = await server.SignInAsync("only@here.localhost", Chosen);

        await AcceptAsync(unproven, await InviteAsync(two.Admin, "only@here.localhost")).ProblemAsync(HttpStatusCode.Forbidden, "urn:rowhouse:people:invited-somebody-else");

        await using var database = Npgsql.NpgsqlDataSource.Create(server.Database.Control!);
        await using var both = database.CreateCommand("UPDATE platform.people SET only_tenant_id = NULL WHERE email_key = 'only@here.localhost'");
        (await Should.ThrowAsync<Npgsql.PostgresException>(() => both.ExecuteNonQueryAsync(Cancelled))).ConstraintName.ShouldBe("ck_people_unproven_in_one_tenant");
    }

    [Fact]
    public async Task Of_people_with_one_address_and_one_password_the_named_tenant_tells_which()
    {
        var one = await server.CreateTenantAsync("Same One");
        var two = await server.CreateTenantAsync("Same Two");
        foreach (var tenant in new[] { one, two })
        {
            await server.SetPasswordAsync(await InviteAsync(tenant.Admin, "same@both.localhost"), Chosen).ShouldBeAsync(HttpStatusCode.NoContent);
        }

        foreach (var (named, slug) in new[] { (one.Slug, one.Slug), (two.Slug, two.Slug), (two.Id.ToString(), two.Slug), (null, one.Slug), ("ghost", one.Slug) })
        {
            var session = await server.Nobody.PostAsJsonAsync("/api/session", new SignInRequest("same@both.localhost", Chosen, named), Cancelled).ReadAsync<SessionResponse>();
            session.Tenants.ShouldHaveSingleItem().Slug.ShouldBe(slug);
        }
    }

    [Fact]
    public async Task A_new_link_kills_the_old_one()
    {
        var tenant = await server.CreateTenantAsync("Lost Link");
        var invited = await MemberAsync(tenant.Admin, "lost@link.localhost", "viewer");

        var renewed = await RenewAsync(tenant.Admin, invited.Id).ReadAsync<MemberResponse>();

        renewed.Id.ShouldBe(invited.Id);
        await server.SetPasswordAsync(invited.InvitationLink!, Chosen).ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:people:link-invalid");
        await server.SetPasswordAsync(renewed.InvitationLink!, Chosen).ShouldBeAsync(HttpStatusCode.NoContent);
        await RenewAsync(tenant.Admin, invited.Id).ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:members:already-member");
        await RenewAsync(tenant.Admin, Guid.Empty).ProblemAsync(HttpStatusCode.NotFound, "urn:rowhouse:members:unknown-member");
    }

    [Fact]
    public async Task A_tenants_admin_who_renews_the_platforms_invitation_does_not_vouch_for_it()
    {
        var tenant = await server.CreateTenantAsync("Renews It");
        using var inviting = new HttpRequestMessage(HttpMethod.Post, "/api/members") { Headers = { { "X-Tenant-Id", tenant.Slug } }, Content = JsonContent.Create(new AddMemberRequest { Email = "ceo@renewed.example", Name = "CEO", Role = "admin" }) };
        var invited = await server.SuperAdmin.SendAsync(inviting, Cancelled).ReadAsync<MemberResponse>(HttpStatusCode.Created);

        var renewed = await RenewAsync(tenant.Admin, invited.Id).ReadAsync<MemberResponse>();
        await server.SetPasswordAsync(renewed.InvitationLink!, Chosen).ShouldBeAsync(HttpStatusCode.NoContent);

        (await ReadAsync(await InviteAsync((await server.CreateTenantAsync("Renews Not")).Admin, "ceo@renewed.example"))).AcceptBy.ShouldBe("password");
    }

    [Fact]
    public async Task The_links_of_an_admin_who_is_none_any_more_lead_nowhere()
    {
        var tenant = await server.CreateTenantAsync("None Any More");
        var second = await tenant.AddMemberAsync("admin");
        var third = await tenant.AddMemberAsync("admin");
        var (ofSecond, ofThird, ofFirst) = (await InviteAsync(second, "second@none.localhost", "admin"), await InviteAsync(third, "third@none.localhost", "admin"), await InviteAsync(tenant.Admin, "first@none.localhost"));

        await tenant.Admin.Client.DeleteAsync($"/api/members/{second.MemberId}", Cancelled).ShouldBeAsync(HttpStatusCode.NoContent);
        await tenant.Admin.Client.PatchAsJsonAsync($"/api/members/{third.MemberId}", new UpdateMemberRequest("viewer"), Cancelled).ShouldBeAsync(HttpStatusCode.OK);

        foreach (var dead in new[] { ofSecond, ofThird })
        {
            await server.SetPasswordAsync(dead, Chosen).ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:people:link-invalid");
        }

        await server.SetPasswordAsync(ofFirst, Chosen).ShouldBeAsync(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task A_link_and_its_renewal_at_the_same_moment_make_one_member()
    {
        var tenant = await server.CreateTenantAsync("Same Moment");
        for (var round = 0; round < 5; round++)
        {
            var invited = await MemberAsync(tenant.Admin, $"moment{round}@same.localhost", "viewer");

            var answers = await Task.WhenAll(RenewAsync(tenant.Admin, invited.Id), server.SetPasswordAsync(invited.InvitationLink!, Chosen), server.SetPasswordAsync(invited.InvitationLink!, Chosen));

            answers.ShouldAllBe(answer => (int)answer.StatusCode < 500);
            answers.Count(answer => answer.StatusCode == HttpStatusCode.NoContent).ShouldBeLessThanOrEqualTo(1);
        }
    }

    [Fact]
    public async Task A_withdrawn_invitation_leads_nowhere()
    {
        var tenant = await server.CreateTenantAsync("Withdrawn");
        var invited = await MemberAsync(tenant.Admin, "withdrawn@link.localhost", "viewer");

        await tenant.Admin.Client.DeleteAsync($"/api/members/{invited.Id}", Cancelled).ShouldBeAsync(HttpStatusCode.NoContent);

        await server.SetPasswordAsync(invited.InvitationLink!, Chosen).ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:people:link-invalid");
        await server.Nobody.PostAsJsonAsync("/api/invitations/read", new InvitationTokenRequest(ServerFixture.TokenOf(invited.InvitationLink!)), Cancelled).ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:people:link-invalid");
    }

    [Fact]
    public async Task Somebody_unproven_who_is_removed_cannot_sign_in_and_comes_back_only_by_a_new_link()
    {
        var tenant = await server.CreateTenantAsync("Comes Back");
        var member = await MemberAsync(tenant.Admin, "back@comes.localhost", "member");
        await server.SetPasswordAsync(member.InvitationLink!, Chosen).ShouldBeAsync(HttpStatusCode.NoContent);
        using var before = await server.SignInAsync("back@comes.localhost", Chosen);
        var person = (await MeAsync(before)).Person.Id;

        await tenant.Admin.Client.DeleteAsync($"/api/members/{member.Id}", Cancelled).ShouldBeAsync(HttpStatusCode.NoContent);

        await before.GetAsync("/api/me", Cancelled).ShouldBeAsync(HttpStatusCode.Unauthorized);
        await server.Nobody.PostAsJsonAsync("/api/session", new SignInRequest("back@comes.localhost", Chosen), Cancelled).ShouldBeAsync(HttpStatusCode.Unauthorized);

        await server.SetPasswordAsync(await InviteAsync(tenant.Admin, "back@comes.localhost"), "another password").ShouldBeAsync(HttpStatusCode.NoContent);
        using var after = await server.SignInAsync("back@comes.localhost", "another password");
        (await MeAsync(after)).Person.Id.ShouldBe(person);
    }

    [Fact]
    public async Task Another_tenants_admin_can_neither_see_renew_nor_withdraw_an_invitation()
    {
        var tenant = await server.CreateTenantAsync("Hidden Invitation");
        var other = await server.CreateTenantAsync("Looks For It");
        var invited = await MemberAsync(tenant.Admin, "hidden@invitation.localhost", "viewer");

        await RenewAsync(other.Admin, invited.Id).ProblemAsync(HttpStatusCode.NotFound, "urn:rowhouse:members:unknown-member");
        await other.Admin.Client.DeleteAsync($"/api/members/{invited.Id}", Cancelled).ProblemAsync(HttpStatusCode.NotFound, "urn:rowhouse:members:unknown-member");
        (await other.Admin.Client.GetStringAsync("/api/members", Cancelled)).ShouldNotContain("hidden@invitation.localhost");
        (await ReadAsync(invited.InvitationLink!)).Tenant.Slug.ShouldBe(tenant.Slug);
    }

    [Theory]
    [InlineData("""{"token":""}""")]
    [InlineData("""{"token":null}""")]
    [InlineData("""{}""")]
    [InlineData("""[]""")]
    [InlineData("""{"token":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}""")]
    [InlineData("""{"token":"===========================================" }""")]
    public async Task What_is_no_link_is_a_bad_request(string body)
    {
        var tenant = await server.CreateTenantAsync("No Link");

        foreach (var (client, address) in new[] { (server.Nobody, "/api/invitations/read"), (tenant.Admin.Client, "/api/invitations/accept"), (server.Nobody, "/api/password/set") })
        {
            await client.PostTextAsync(address, body).ShouldBeAsync(HttpStatusCode.BadRequest);
        }
    }

    private static async Task<MemberResponse> MemberAsync(TestMember by, string email, string role = "member") =>
        await by.Client.PostAsJsonAsync("/api/members", new AddMemberRequest { Email = email, Name = "Invited", Role = role }, Cancelled).ReadAsync<MemberResponse>(HttpStatusCode.Created);

    private static async Task<string> InviteAsync(TestMember by, string email, string role = "member") => (await MemberAsync(by, email, role)).InvitationLink!;

    private static Task<HttpResponseMessage> RenewAsync(TestMember by, Guid member) => by.Client.PostAsync($"/api/members/{member}/link", content: null, Cancelled);

    private static Task<MeResponse> MeAsync(HttpClient client) => client.GetAsync("/api/me", Cancelled).ReadAsync<MeResponse>();

    private static Task<HttpResponseMessage> AcceptAsync(HttpClient client, string link) =>
        client.PostAsJsonAsync("/api/invitations/accept", new InvitationTokenRequest(ServerFixture.TokenOf(link)), Cancelled);

    private Task<InvitationResponse> ReadAsync(string link) =>
        server.Nobody.PostAsJsonAsync("/api/invitations/read", new InvitationTokenRequest(ServerFixture.TokenOf(link)), Cancelled).ReadAsync<InvitationResponse>();
}
