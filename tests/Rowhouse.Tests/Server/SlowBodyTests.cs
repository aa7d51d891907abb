using System.Net;
using System.Net.Http.Json;
using Rowhouse.Contracts;
using Rowhouse.Tests.ControlPlane;
using Shouldly;

namespace Rowhouse.Tests.Server;

/// <summary>What a sender was allowed when a body began says nothing of what they may do when it has come.</summary>
public sealed class SlowBodyTests(SessionTests.ServerWithClock server) : IClassFixture<SessionTests.ServerWithClock>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_admin_who_is_made_a_viewer_meanwhile_does_not_make_themselves_one_again()
    {
        var tenant = await server.CreateTenantAsync("Made A Viewer");
        var second = await tenant.AddMemberAsync("admin");
        var (body, answer) = await SlowBody.SendHalfAsync(second.Client, HttpMethod.Patch, $"/api/members/{second.MemberId}", """{"role":"admin"}""");

        await tenant.Admin.Client.PatchAsJsonAsync($"/api/members/{second.MemberId}", new { role = "viewer" }, Cancelled).ShouldBeAsync(HttpStatusCode.OK);
        body.End();

        await answer.ProblemAsync(HttpStatusCode.Forbidden, "urn:rowhouse:access:not-allowed");
        (await tenant.Admin.Client.GetAsync("/api/members", Cancelled).ReadAsync<Page<MemberResponse>>()).Items.Single(member => member.Id == second.MemberId).Role.ShouldBe("viewer");
    }

    [Fact]
    public async Task A_member_who_is_removed_meanwhile_invites_nobody()
    {
        var tenant = await server.CreateTenantAsync("Removed Meanwhile");
        var second = await tenant.AddMemberAsync("admin");
        var (body, answer) = await SlowBody.SendHalfAsync(second.Client, HttpMethod.Post, "/api/members", """{"email":"friend@removed.example","name":"Friend","role":"admin"}""");

        await tenant.Admin.Client.DeleteAsync($"/api/members/{second.MemberId}", Cancelled).ShouldBeAsync(HttpStatusCode.NoContent);
        body.End();

        (await answer).StatusCode.ShouldBeOneOf(HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden);
        (await tenant.Admin.Client.GetStringAsync("/api/members", Cancelled)).ShouldNotContain("friend@removed.example");
    }

    [Fact]
    public async Task A_tenant_that_is_suspended_meanwhile_takes_no_change()
    {
        var tenant = await server.CreateTenantAsync("Suspended Meanwhile", "cardvault");
        var (body, answer) = await SlowBody.SendHalfAsync(tenant.Admin.Client, HttpMethod.Post, "/api/cardvault/collections", """{"name":"Too late"}""");

        await server.SuperAdmin.PostAsync($"/api/tenants/{tenant.Slug}/suspend", content: null, Cancelled).ShouldBeAsync(HttpStatusCode.OK);
        body.End();

        await answer.ProblemAsync(HttpStatusCode.Locked, "urn:rowhouse:tenancy:suspended");
    }

    [Fact]
    public async Task A_session_that_is_ended_meanwhile_changes_nothing()
    {
        var tenant = await server.CreateTenantAsync("Ended Meanwhile");
        var member = await tenant.AddMemberAsync("admin");
        var (body, answer) = await SlowBody.SendHalfAsync(member.Client, HttpMethod.Post, "/api/members", """{"email":"late@ended.example","name":"Late","role":"viewer"}""");

        await member.Client.DeleteAsync("/api/session", Cancelled).ShouldBeAsync(HttpStatusCode.NoContent);
        body.End();

        await answer.ProblemAsync(HttpStatusCode.Unauthorized, "urn:rowhouse:access:sign-in-required");
    }

    [Fact]
    public async Task Nothing_changed_and_the_body_is_taken_whole()
    {
        var tenant = await server.CreateTenantAsync("Nothing Changed");
        var (body, answer) = await SlowBody.SendHalfAsync(tenant.Admin.Client, HttpMethod.Post, "/api/members", """{"email":"in@time.example","name":"In Time","role":"viewer"}""");
        body.End();

        (await answer).StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Files_that_trickle_in_keep_nobody_from_importing()
    {
        List<(SlowBody Body, Task<HttpResponseMessage> Answer)> trickling = [];
        for (var i = 0; i < 5; i++)
        {
            trickling.Add(await SendFileAsync((await server.CreateTenantAsync($"Trickles {i}", "cardvault")).Admin.Client));
        }

        var other = await server.CreateTenantAsync("Sends At Once", "cardvault");
        await other.Admin.Client.PostTextAsync("/api/cardvault/cards/import", File, "text/csv").ShouldBeAsync(HttpStatusCode.OK);

        foreach (var (body, answer) in trickling)
        {
            body.End();
            await answer.ShouldBeAsync(HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task One_person_sends_two_files_at_once()
    {
        var tenant = await server.CreateTenantAsync("Two At Once", "cardvault");
        var (first, firstAnswer) = await SendFileAsync(tenant.Admin.Client);
        var (second, secondAnswer) = await SendFileAsync(tenant.Admin.Client);

        await tenant.Admin.Client.PostTextAsync("/api/cardvault/cards/import", File, "text/csv").ProblemAsync(HttpStatusCode.TooManyRequests, "urn:rowhouse:request:too-many");
        first.End();
        await firstAnswer.ShouldBeAsync(HttpStatusCode.OK);
        second.End();

        await secondAnswer.ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:cardvault:import-rows"); // the card is there already
    }

    [Fact]
    public async Task The_people_of_one_tenant_leave_room_for_other_tenants()
    {
        var tenant = await server.CreateTenantAsync("Many At Once", "cardvault");
        var other = await server.CreateTenantAsync("Has Room", "cardvault");
        List<(SlowBody Body, Task<HttpResponseMessage> Answer)> trickling = [];
        for (var i = 0; i < 4; i++)
        {
            var editor = await tenant.AddMemberAsync("editor");
            trickling.Add(await SendFileAsync(editor.Client));
            trickling.Add(await SendFileAsync(editor.Client));
        }

        await tenant.Admin.Client.PostTextAsync("/api/cardvault/cards/import", File, "text/csv").ProblemAsync(HttpStatusCode.TooManyRequests, "urn:rowhouse:request:too-many");
        await other.Admin.Client.PostTextAsync("/api/cardvault/cards/import", File, "text/csv").ShouldBeAsync(HttpStatusCode.OK);

        foreach (var (body, answer) in trickling)
        {
            body.End();
            (await answer).StatusCode.ShouldBeOneOf(HttpStatusCode.OK, HttpStatusCode.BadRequest); // all but the first are there already
        }
    }

    [Fact]
    public async Task A_body_that_does_not_come_in_time_is_given_up_and_does_nothing()
    {
        var tenant = await server.CreateTenantAsync("Never Ends", "cardvault");
        var (inTime, answered) = await SlowBody.SendHalfAsync(tenant.Admin.Client, HttpMethod.Post, "/api/members", """{"email":"just@in.example","name":"In Time","role":"viewer"}""");
        var (tooLate, refused) = await SlowBody.SendHalfAsync(tenant.Admin.Client, HttpMethod.Post, "/api/members", """{"email":"never@ends.example","name":"Never","role":"viewer"}""");
        var (file, upload) = await SendFileAsync(tenant.Admin.Client);

        server.Clock.Advance(TimeSpan.FromSeconds(29));
        inTime.End();
        await answered.ShouldBeAsync(HttpStatusCode.Created);
        server.Clock.Advance(TimeSpan.FromSeconds(2));
        tooLate.End(); // the client reads no answer before it has sent all

        await refused.ProblemAsync(HttpStatusCode.RequestTimeout, "urn:rowhouse:request:too-slow");
        (await tenant.Admin.Client.GetStringAsync("/api/members", Cancelled)).ShouldNotContain("never@ends.example");
        file.End();
        await upload.ShouldBeAsync(HttpStatusCode.OK); // a file has longer
    }

    private static Task<(SlowBody Body, Task<HttpResponseMessage> Answer)> SendFileAsync(HttpClient client) =>
        SlowBody.SendHalfAsync(client, HttpMethod.Post, "/api/cardvault/cards/import", File, "text/csv");

    private const string File = "year,manufacturer,set,cardNumber,player\n1989,Upper Deck,1989 Upper Deck,1,Ken Griffey Jr.\n";
}
