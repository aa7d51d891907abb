using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Sessions;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane;

/// <summary>What guessing gains, and what a password is worth while it is being changed. Callers choose their network by a header that only this server heeds.</summary>
public sealed class SignInTests(ServerOfManyNetworks server) : IClassFixture<ServerOfManyNetworks>
{
    private const string Home = "192.0.2.1";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Five_wrong_passwords_close_an_address_to_their_network_for_five_minutes_and_then_for_longer()
    {
        var member = await NewMemberAsync("Closed To");
        for (var attempt = 0; attempt < 5; attempt++)
        {
            await SignInAsync(member.Email, "wrong", "203.0.113.1").ProblemAsync(HttpStatusCode.Unauthorized, "urn:rowhouse:session:wrong-credentials");
        }

        await SignInAsync(member.Email, ServerFixture.Password, "203.0.113.1").ShouldBeAsync(HttpStatusCode.Unauthorized);
        server.Clock.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromSeconds(1));
        await SignInAsync(member.Email, ServerFixture.Password, "203.0.113.1").ShouldBeAsync(HttpStatusCode.Unauthorized);

        server.Clock.Advance(TimeSpan.FromSeconds(2));
        await SignInAsync(member.Email, "wrong", "203.0.113.1").ShouldBeAsync(HttpStatusCode.Unauthorized);
        server.Clock.Advance(TimeSpan.FromMinutes(9));
        await SignInAsync(member.Email, ServerFixture.Password, "203.0.113.1").ShouldBeAsync(HttpStatusCode.Unauthorized);

        server.Clock.Advance(TimeSpan.FromMinutes(2));
        await SignInAsync(member.Email, ServerFixture.Password, "203.0.113.1").ShouldBeAsync(HttpStatusCode.OK);
        await SignInAsync(member.Email, "wrong", "203.0.113.1").ShouldBeAsync(HttpStatusCode.Unauthorized);
        await SignInAsync(member.Email, ServerFixture.Password, "203.0.113.1").ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Nobody_closes_an_address_to_its_owner_from_another_network()
    {
        var member = await NewMemberAsync("From Elsewhere");
        for (var attempt = 0; attempt < 20; attempt++)
        {
            await SignInAsync(member.Email, "wrong", "203.0.113.2").ShouldBeAsync(HttpStatusCode.Unauthorized);
        }

        await SignInAsync(member.Email, ServerFixture.Password, Home).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task What_is_tried_while_an_address_is_closed_does_not_keep_it_closed()
    {
        var member = await NewMemberAsync("Not Kept");
        for (var attempt = 0; attempt < 40; attempt++)
        {
            await SignInAsync(member.Email, "wrong", "203.0.113.3").ShouldBeAsync(HttpStatusCode.Unauthorized);
        }

        server.Clock.Advance(TimeSpan.FromMinutes(6));
        await SignInAsync(member.Email, ServerFixture.Password, "203.0.113.3").ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_address_under_attack_from_many_networks_is_open_only_to_those_its_owner_came_from()
    {
        var member = await NewMemberAsync("Under Attack");
        await SignInAsync(member.Email, ServerFixture.Password, Home).ShouldBeAsync(HttpStatusCode.OK);
        for (var network = 0; network < 25; network++)
        {
            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => SignInAsync(member.Email, "wrong", $"198.51.100.{network}")));
        }

        await SignInAsync(member.Email, ServerFixture.Password, "198.51.100.200").ShouldBeAsync(HttpStatusCode.Unauthorized);
        await SignInAsync(member.Email, ServerFixture.Password, Home).ShouldBeAsync(HttpStatusCode.OK);

        // What was tried before the last hour does not count again with each further attempt.
        server.Clock.Advance(TimeSpan.FromHours(1.1));
        for (var network = 0; network < 25; network++)
        {
            await SignInAsync(member.Email, "wrong", $"198.51.100.{network}").ShouldBeAsync(HttpStatusCode.Unauthorized);
        }

        await SignInAsync(member.Email, ServerFixture.Password, "198.51.100.200").ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Whoever_has_an_account_of_the_same_address_gains_no_guess_at_anothers()
    {
        const string Email = "victim@same.localhost";
        await server.RenewSuperAdminAsync();
        var victim = await ClaimAsync(Email, "Same Victim", "the victim's own");
        server.Clock.Advance(TimeSpan.FromSeconds(1)); // who came first is asked first
        await ClaimAsync(Email, "Same Claimant", "the claimant's own");

        // Neither does a success of their own reset what was counted for the victim …
        for (var attempt = 0; attempt < 5; attempt++)
        {
            await SignInAsync(Email, "wrong", "203.0.113.8").ShouldBeAsync(HttpStatusCode.Unauthorized);
            await SignInAsync(Email, "the claimant's own", "203.0.113.8", "same-claimant").ShouldBeAsync(HttpStatusCode.OK);
        }

        (await FailuresAsync(victim.ToString(), "203.0.113.8")).ShouldBe(5);
        await SignInAsync(Email, "the victim's own", "203.0.113.8").ShouldBeAsync(HttpStatusCode.Unauthorized);

        // … nor is a password that opens their own account a free guess at the victim's.
        for (var attempt = 0; attempt < 5; attempt++)
        {
            var own = await SignInAsync(Email, "the claimant's own", "203.0.113.10").ReadAsync<SessionResponse>();
            own.Tenants.ShouldHaveSingleItem().Slug.ShouldBe("same-claimant");
        }

        (await FailuresAsync(victim.ToString(), "203.0.113.10")).ShouldBe(5);
        await SignInAsync(Email, "the victim's own", "203.0.113.10").ShouldBeAsync(HttpStatusCode.Unauthorized);
        await SignInAsync(Email, "the victim's own", Home).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_right_current_password_changes_nothing_once_wrong_ones_beside_it_have_closed_the_account()
    {
        var member = await NewMemberAsync("Right Current");
        var (checking, release) = server.Hasher.HoldNext(member.Email);
        var right = ChangeAsync(member, ServerFixture.Password);
        await checking;
        for (var attempt = 0; attempt < 5; attempt++)
        {
            await ChangeAsync(member, "wrong").ShouldBeAsync(HttpStatusCode.BadRequest);
        }

        release();

        await right.ShouldBeAsync(HttpStatusCode.BadRequest);
        await SignInAsync(member.Email, ServerFixture.Password, Home).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task What_is_tried_at_a_closed_account_or_a_made_up_address_fills_no_audit()
    {
        var member = await NewMemberAsync("Fills Nothing");
        for (var attempt = 0; attempt < 8; attempt++)
        {
            await SignInAsync(member.Email, "wrong", "203.0.113.9").ShouldBeAsync(HttpStatusCode.Unauthorized);
            await SignInAsync($"made.up{attempt}@nobody.localhost", "wrong", "203.0.113.9").ShouldBeAsync(HttpStatusCode.Unauthorized);
        }

        (await ScalarAsync<long>($"SELECT count(*) FROM platform.audit WHERE action = 'session.refused' AND address = '203.0.113.9'")).ShouldBe(5);
    }

    [Fact]
    public async Task Fifty_guesses_side_by_side_close_the_address()
    {
        var member = await NewMemberAsync("Side By Side");

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => SignInAsync(member.Email, "wrong", "203.0.113.4")));

        answers.ShouldAllBe(answer => answer.StatusCode == HttpStatusCode.Unauthorized);
        (await FailuresAsync(member.Id.ToString(), "203.0.113.4")).ShouldBeGreaterThanOrEqualTo(5);
        await SignInAsync(member.Email, ServerFixture.Password, "203.0.113.4").ShouldBeAsync(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Failures_that_are_counted_side_by_side_are_all_counted()
    {
        await Task.WhenAll(Enumerable.Range(0, 50).Select(async _ =>
        {
            await using var scope = server.Services.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<SignInGuard>().CountFailureAsync("counted@side.localhost", Cancelled);
        }));

        (await FailuresAsync("counted@side.localhost", "")).ShouldBe(50);
    }

    [Fact]
    public async Task A_right_guess_opens_nothing_once_wrong_ones_beside_it_have_closed_the_address()
    {
        var member = await NewMemberAsync("Right Beside");
        var (checking, release) = server.Hasher.HoldNext(member.Email);
        var right = SignInAsync(member.Email, ServerFixture.Password, "203.0.113.5");
        await checking;
        for (var attempt = 0; attempt < 5; attempt++)
        {
            await SignInAsync(member.Email, "wrong", "203.0.113.5").ShouldBeAsync(HttpStatusCode.Unauthorized);
        }

        release();

        await right.ShouldBeAsync(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_session_that_was_asked_for_with_the_old_password_does_not_survive_its_change()
    {
        var member = await NewMemberAsync("Old Password");
        var (checking, release) = server.Hasher.HoldNext(member.Email);
        var signingIn = SignInAsync(member.Email, ServerFixture.Password, Home);
        await checking;
        await member.Client.PostAsJsonAsync("/api/password/change", new ChangePasswordRequest(ServerFixture.Password, "a password of my own"), Cancelled).ShouldBeAsync(HttpStatusCode.NoContent);

        release();

        await signingIn.ShouldBeAsync(HttpStatusCode.Unauthorized);
        (await ScalarAsync<long>($"SELECT count(*) FROM platform.sessions s JOIN platform.people p ON p.id = s.person_id WHERE p.email_key = '{member.Email}'")).ShouldBe(1);
    }

    [Fact]
    public async Task A_password_that_is_being_set_by_a_link_is_refused_once_a_new_link_is_made()
    {
        var admin = await NewMemberAsync("New Link");
        var invited = await admin.Client.PostAsJsonAsync("/api/members", new AddMemberRequest { Email = "slow@new-link.localhost", Name = "Slow", Role = "viewer" }, Cancelled).ReadAsync<MemberResponse>(HttpStatusCode.Created);
        var (hashing, release) = server.Hasher.HoldNext("slow@new-link.localhost");
        var setting = server.SetPasswordAsync(invited.InvitationLink!);
        await hashing;
        await admin.Client.PostAsync($"/api/members/{invited.Id}/link", content: null, Cancelled).ShouldBeAsync(HttpStatusCode.OK);

        release();

        await setting.ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:people:link-invalid");
        (await ScalarAsync<long>("SELECT count(*) FROM platform.people WHERE email_key = 'slow@new-link.localhost'")).ShouldBe(0);
    }

    [Fact]
    public async Task Guessing_the_password_from_an_open_session_is_closed_as_well()
    {
        var member = await NewMemberAsync("Left Open");
        for (var attempt = 0; attempt < 5; attempt++)
        {
            await ChangeAsync(member, "wrong").ShouldBeAsync(HttpStatusCode.BadRequest);
        }

        await ChangeAsync(member, ServerFixture.Password).ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:request:invalid");
    }

    [Fact]
    public async Task A_network_that_tries_too_often_is_told_to_wait_whatever_addresses_it_names()
    {
        // A link is looked up without hashing anything, so that these come much faster than one a second.
        var answers = new List<HttpResponseMessage>();
        for (var attempt = 0; attempt < 300 && answers.TrueForAll(answer => answer.StatusCode != HttpStatusCode.TooManyRequests); attempt++)
        {
            answers.Add(await SendAsync("/api/invitations/read", new InvitationTokenRequest("made up"), attempt % 2 == 0 ? "2001:db8:5::1" : "2001:db8:5::ffff"));
        }

        var refused = answers.Where(answer => answer.StatusCode == HttpStatusCode.TooManyRequests).ToList();
        answers.Count(answer => answer.StatusCode == HttpStatusCode.BadRequest).ShouldBeGreaterThanOrEqualTo(100);
        await SignInAsync("sprayed@nobody.localhost", "wrong", "2001:db8:5:00ff::1").ShouldBeAsync(HttpStatusCode.TooManyRequests);
        refused[0].Headers.RetryAfter!.Delta.ShouldNotBeNull().ShouldBeGreaterThan(TimeSpan.Zero);
        await Task.FromResult(refused[0]).ProblemAsync(HttpStatusCode.TooManyRequests, "urn:rowhouse:request:too-many");
        await SignInAsync(ServerFixture.AdminEmail, ServerFixture.Password, "2001:db8:5:0100::1").ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Every_refusal_checks_a_password_so_that_none_is_quicker()
    {
        var member = await NewMemberAsync("None Quicker");
        var removed = await NewMemberAsync("Removed Quicker");

        foreach (var email in new[] { member.Email, "nobody.at.all@quicker.localhost" })
        {
            var before = server.Hasher.All;
            await SignInAsync(email, "wrong", "203.0.113.6").ShouldBeAsync(HttpStatusCode.Unauthorized);
            (server.Hasher.All - before).ShouldBe(1);
        }

        // A member who has no password, and one whose address is closed.
        await ScalarAsync<object>($"UPDATE platform.people SET password_hash = NULL WHERE email_key = '{removed.Email}' RETURNING 1");
        await ScalarAsync<object>($"UPDATE platform.sign_in_attempts SET locked_until = 'infinity' WHERE account = '{member.Id}' AND network = '203.0.113.6' RETURNING 1");
        foreach (var email in new[] { removed.Email, member.Email })
        {
            var before = server.Hasher.All;
            await SignInAsync(email, ServerFixture.Password, "203.0.113.6").ShouldBeAsync(HttpStatusCode.Unauthorized);
            (server.Hasher.All - before).ShouldBe(1);
        }
    }

    private static Task<HttpResponseMessage> ChangeAsync(TestMember member, string current) =>
        member.Client.PostAsJsonAsync("/api/password/change", new ChangePasswordRequest(current, "a password of my own"), Cancelled);

    private async Task<TestMember> NewMemberAsync(string name)
    {
        await server.RenewSuperAdminAsync();
        return (await server.CreateTenantAsync(name)).Admin;
    }

    private Task<HttpResponseMessage> SignInAsync(string email, string password, string network, string? tenant = null) => SendAsync("/api/session", new SignInRequest(email, password, tenant), network);

    private Task<HttpResponseMessage> SendAsync<T>(string address, T body, string network) =>
        server.Nobody.SendAsync(new(HttpMethod.Post, address) { Content = JsonContent.Create(body), Headers = { { ServerOfManyNetworks.Network, network } } }, Cancelled);

    /// <summary>Somebody whom a tenant's admin has invited by an address, with a password of their own.</summary>
    /// <returns>The person's id.</returns>
    private async Task<Guid> ClaimAsync(string email, string name, string password)
    {
        var tenant = await server.CreateTenantAsync(name);
        var invited = await tenant.Admin.Client.PostAsJsonAsync("/api/members", new AddMemberRequest { Email = email, Name = "Claims it", Role = "viewer" }, Cancelled).ReadAsync<MemberResponse>(HttpStatusCode.Created);
        await server.SetPasswordAsync(invited.InvitationLink!, password).ShouldBeAsync(HttpStatusCode.NoContent);
        return (await tenant.Admin.Client.GetAsync("/api/members?limit=200", Cancelled).ReadAsync<Page<MemberResponse>>()).Items.Single(member => member.Id == invited.Id).PersonId!.Value;
    }

    private Task<int> FailuresAsync(string account, string network) =>
        ScalarAsync<int>($"SELECT failures FROM platform.sign_in_attempts WHERE account = '{account}' AND network = '{network}'");

    private async Task<T> ScalarAsync<T>(string sql)
    {
        await using var database = NpgsqlDataSource.Create(server.Database.Control!);
        await using var command = database.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(Cancelled))!;
    }
}
