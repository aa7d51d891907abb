using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Time.Testing;
using Rowhouse.Contracts;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane;

/// <summary>Sessions on a clock that the test moves. Every test signs somebody of its own in: moving time ends other sessions too.</summary>
public sealed class SessionTests(SessionTests.ServerWithClock server) : IClassFixture<SessionTests.ServerWithClock>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_signs_in_is_told_who_they_are_and_where()
    {
        var (tenant, member) = await NewMemberAsync("Told Who");

        var me = await member.Client.GetAsync("/api/me", Cancelled).ReadAsync<MeResponse>();

        me.Person.Email.ShouldBe(member.Email);
        me.SuperAdmin.ShouldBeFalse();
        var membership = me.Tenants.ShouldHaveSingleItem();
        membership.Slug.ShouldBe(tenant.Slug);
        membership.Role.ShouldBe("admin");
        membership.Permissions.ShouldContain("platform.members.edit");
    }

    [Fact]
    public async Task A_wrong_address_and_a_wrong_password_are_told_alike()
    {
        var (_, member) = await NewMemberAsync("Told Alike");

        foreach (var (email, password) in new[] { (member.Email, "wrong"), ("nobody@rowhouse.localhost", ServerFixture.Password), (member.Email, " " + ServerFixture.Password) })
        {
            await SignInAsync(email, password).ProblemAsync(HttpStatusCode.Unauthorized, "urn:rowhouse:session:wrong-credentials");
        }

        await SignInAsync(member.Email.ToUpperInvariant(), ServerFixture.Password).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_session_ends_twelve_hours_after_its_last_use_and_thirty_days_after_its_first()
    {
        var (_, member) = await NewMemberAsync("Ends Sometime");

        for (var used = 0; used < 65; used++)
        {
            server.Clock.Advance(TimeSpan.FromHours(11));
            await member.Client.GetAsync("/api/me", Cancelled).ShouldBeAsync(HttpStatusCode.OK);
        }

        server.Clock.Advance(TimeSpan.FromHours(6));
        await member.Client.GetAsync("/api/me", Cancelled).ProblemAsync(HttpStatusCode.Unauthorized, "urn:rowhouse:access:sign-in-required");

        using var again = await server.SignInAsync(member.Email, ServerFixture.Password);
        server.Clock.Advance(TimeSpan.FromHours(12));
        await again.GetAsync("/api/me", Cancelled).ShouldBeAsync(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Signing_out_ends_the_session_at_once_and_no_other()
    {
        var (_, member) = await NewMemberAsync("Signs Out");
        using var other = await server.SignInAsync(member.Email, ServerFixture.Password);

        await member.Client.DeleteAsync("/api/session", Cancelled).ShouldBeAsync(HttpStatusCode.NoContent);

        await member.Client.GetAsync("/api/me", Cancelled).ShouldBeAsync(HttpStatusCode.Unauthorized);
        await member.Client.DeleteAsync("/api/session", Cancelled).ShouldBeAsync(HttpStatusCode.Unauthorized);
        await other.GetAsync("/api/me", Cancelled).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Bearer nonsense")]
    [InlineData("Bearer AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("Basic YWRtaW46YWRtaW4=")]
    [InlineData("Bearer %00%00")]
    public async Task What_is_no_token_signs_nobody_in(string authorization)
    {
        using var client = server.Client();
        client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", authorization);

        await client.GetAsync("/api/me", Cancelled).ProblemAsync(HttpStatusCode.Unauthorized, "urn:rowhouse:access:sign-in-required");
    }

    [Fact]
    public async Task A_one_time_link_sets_a_password_once_and_within_a_day()
    {
        var (tenant, _) = await NewMemberAsync("Linked In");
        var (first, link) = await InviteAsync(tenant, "linked1@linked.localhost");
        var (_, late) = await InviteAsync(tenant, "linked2@linked.localhost");

        await server.SetPasswordAsync(link, "short").ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:request:invalid");
        await server.SetPasswordAsync(link, "linked1@linked.localhost").ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:request:invalid");
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => server.SetPasswordAsync(link, "a password of my own")));
        answers.Count(answer => answer.StatusCode == HttpStatusCode.NoContent).ShouldBe(1);
        answers.Count(answer => (int)answer.StatusCode >= 500).ShouldBe(0);
        await server.SetPasswordAsync(link, "another password").ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:people:link-invalid");
        await SignInAsync(first.Email, "a password of my own").ShouldBeAsync(HttpStatusCode.OK);

        server.Clock.Advance(TimeSpan.FromHours(24));
        await server.SetPasswordAsync(late, "a password of my own").ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:people:link-invalid");
        await server.SetPasswordAsync("made up", "a password of my own").ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:people:link-invalid");
    }

    [Fact]
    public async Task All_that_is_wrong_with_a_new_password_is_told_at_once()
    {
        var (_, member) = await NewMemberAsync("Told At Once");

        (await member.Client.PostAsJsonAsync("/api/password/change", new { currentPassword = "", newPassword = "short" }, Cancelled).ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:request:invalid"))
            .Fields().ShouldBe(["currentPassword", "newPassword"]);
        (await server.Nobody.PostAsJsonAsync("/api/password/set", new { token = "", password = "short" }, Cancelled).ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:request:invalid"))
            .Fields().ShouldBe(["password", "token"]);
    }

    [Fact]
    public async Task Changing_the_password_ends_the_other_sessions_and_keeps_the_one_that_changed_it()
    {
        var (_, member) = await NewMemberAsync("Changes It");
        using var other = await server.SignInAsync(member.Email, ServerFixture.Password);
        await other.GetAsync("/api/me", Cancelled).ShouldBeAsync(HttpStatusCode.OK);

        (await member.Client.PostAsJsonAsync("/api/password/change", new ChangePasswordRequest("wrong", "a password of my own"), Cancelled)
            .ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:request:invalid")).Fields().ShouldBe(["currentPassword"]);
        (await member.Client.PostAsJsonAsync("/api/password/change", new ChangePasswordRequest(ServerFixture.Password, "aaaaaaaaaa"), Cancelled)
            .ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:request:invalid")).Fields().ShouldBe(["newPassword"]);
        await member.Client.PostAsJsonAsync("/api/password/change", new ChangePasswordRequest(ServerFixture.Password, "a password of my own"), Cancelled).ShouldBeAsync(HttpStatusCode.NoContent);

        await other.GetAsync("/api/me", Cancelled).ShouldBeAsync(HttpStatusCode.Unauthorized);
        await member.Client.GetAsync("/api/me", Cancelled).ShouldBeAsync(HttpStatusCode.OK);
        await SignInAsync(member.Email, ServerFixture.Password).ShouldBeAsync(HttpStatusCode.Unauthorized);
        await SignInAsync(member.Email, "a password of my own").ShouldBeAsync(HttpStatusCode.OK);
    }

    private Task<HttpResponseMessage> SignInAsync(string email, string password) =>
        server.Nobody.PostAsJsonAsync("/api/session", new SignInRequest(email, password), Cancelled);

    private static async Task<(MemberResponse Member, string Link)> InviteAsync(TestTenant tenant, string email)
    {
        var member = await tenant.Admin.Client.PostAsJsonAsync("/api/members", new AddMemberRequest { Email = email, Name = "Linked", Role = "viewer" }, Cancelled).ReadAsync<MemberResponse>(HttpStatusCode.Created);
        return (member, member.InvitationLink!);
    }

    // Signs the super-admin in anew each time: other tests have moved the clock.
    private async Task<(TestTenant Tenant, TestMember Member)> NewMemberAsync(string name)
    {
        await server.RenewSuperAdminAsync();
        var tenant = await server.CreateTenantAsync(name);
        return (tenant, tenant.Admin);
    }

    public sealed class ServerWithClock : ServerFixture
    {
        public FakeTimeProvider Clock { get; } = new(TimeProvider.System.GetUtcNow());

        protected override void Configure(WebApplicationBuilder builder) => builder.Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(Clock));
    }
}
