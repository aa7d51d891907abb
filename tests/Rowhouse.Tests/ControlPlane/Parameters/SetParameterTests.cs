using System.Net;
using System.Net.Http.Json;
using Rowhouse.Contracts;
using Rowhouse.Tests.ControlPlane.Placements;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane.Parameters;

/// <summary>Parameters of the platform, which are set.</summary>
public sealed class SetParameterTests(SetParameterTests.Fixture server) : IClassFixture<SetParameterTests.Fixture>, IAsyncLifetime
{
    private const string Dedicated = "/platform/postgres/default-dedicated-store";
    private const string Shared = "/platform/postgres/shared-store";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await DeleteAsync(Dedicated).ShouldBeAsync(HttpStatusCode.OK);
        await DeleteAsync(Shared).ShouldBeAsync(HttpStatusCode.OK);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Where_nobody_has_set_them_they_are_the_least_full_store_and_the_shared_one()
    {
        var parameters = await server.ParametersAsync("/platform/");

        parameters.Values.Select(parameter => (parameter.Path, parameter.Value)).ShouldBe([(Dedicated, "least-full"), (Shared, "shared")]);
        parameters[Shared].ShouldBe(new ParameterResponse(Shared, "shared", 0));
    }

    [Fact]
    public async Task The_same_again_changes_nothing_and_each_change_is_recorded_once()
    {
        var begun = (await AuditAsync()).Count;
        var first = await PutAsync(Dedicated, "third").ReadAsync<ParameterResponse>();
        var again = await PutAsync(Dedicated, "third").ReadAsync<ParameterResponse>();
        var unset = await DeleteAsync(Dedicated).ReadAsync<ParameterResponse>();
        var unsetAgain = await DeleteAsync(Dedicated).ReadAsync<ParameterResponse>();

        again.ShouldBe(first);
        unsetAgain.ShouldBe(unset);
        var recorded = await AuditAsync();
        recorded.Count.ShouldBe(begun + 2);
        recorded.Take(2).Select(entry => entry.Action).ShouldBe(["parameter.unset", "parameter.set"]);
        recorded.Take(2).ShouldAllBe(entry => entry.Subject == Dedicated && entry.Person != null);
        recorded[0].Details!.Value.GetProperty("before").GetString().ShouldBe("third");
        recorded[1].Details!.Value.GetProperty("after").GetString().ShouldBe("third");
    }

    [Fact]
    public async Task Of_many_that_have_seen_the_same_version_one_sets_it()
    {
        var seen = (await server.ParametersAsync(Dedicated))[Dedicated].Version;

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => PutAsync(Dedicated, i % 2 == 0 ? "second" : "third", $"\"{seen}\"")));

        answers.Count(answer => answer.StatusCode == HttpStatusCode.OK).ShouldBe(1);
        answers.Count(answer => answer.StatusCode == HttpStatusCode.PreconditionFailed).ShouldBe(7);
        var won = answers.Single(answer => answer.IsSuccessStatusCode);
        var parameter = (await won.Content.ReadFromJsonAsync<ParameterResponse>(Cancelled)).ShouldNotBeNull();
        parameter.Version.ShouldBe(seen + 1);
        won.Headers.ETag!.Tag.ShouldBe($"\"{seen + 1}\"");
        (await server.ParametersAsync(Dedicated))[Dedicated].ShouldBe(parameter);
    }

    [Fact]
    public async Task What_is_set_anew_has_no_version_that_there_was_before()
    {
        var first = await PutAsync(Dedicated, "second").ReadAsync<ParameterResponse>();
        await DeleteAsync(Dedicated).ShouldBeAsync(HttpStatusCode.OK);
        var third = await PutAsync(Dedicated, "third").ReadAsync<ParameterResponse>();

        third.Version.ShouldBe(first.Version + 2);
        await PutAsync(Dedicated, "dedicated", $"\"{first.Version}\"").ProblemAsync(HttpStatusCode.PreconditionFailed, "urn:rowhouse:request:changed-meanwhile");
        await DeleteAsync(Dedicated, $"\"{first.Version}\"").ProblemAsync(HttpStatusCode.PreconditionFailed, "urn:rowhouse:request:changed-meanwhile");
        (await DeleteAsync(Dedicated, $"\"{third.Version}\"").ReadAsync<ParameterResponse>()).Value.ShouldBe("least-full");
    }

    [Theory]
    [InlineData("/platform/postgres/other", "default-dedicated-store, /platform/postgres/shared-store")]
    [InlineData("/platform/postgres/Shared-Store", "default-dedicated-store, /platform/postgres/shared-store")]
    [InlineData("/platform", "default-dedicated-store, /platform/postgres/shared-store")]
    [InlineData("/elsewhere/x", "default-dedicated-store, /platform/postgres/shared-store")]
    [InlineData("/platform/postgres/shared-store/", "empty level")]
    [InlineData("/", "empty level")]
    [InlineData("/platform/../accounts/x", "neither")]
    [InlineData("", "begins with a slash")]
    public async Task What_cannot_be_set_is_refused_and_told_what_can(string path, string says)
    {
        foreach (var sending in new[] { PutAsync(path, "shared"), DeleteAsync(path) })
        {
            var problem = await sending.ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:request:invalid");
            problem.GetProperty("errors").GetProperty("path")[0].GetString()!.ShouldContain(says);
        }
    }

    [Fact]
    public async Task A_value_names_a_store_of_the_right_kind()
    {
        foreach (var (path, value, says) in new[]
        {
            (Dedicated, "shared", "dedicated, second, third"), (Shared, "dedicated", "shared"), (Dedicated, "nowhere", "dedicated, second, third"), (Dedicated, "Second", "dedicated, second, third"),
            (Dedicated, "", "empty"), (Dedicated, new string('x', 4097), "4096"), (Dedicated, new string('긹', 1366), "4096"),
        })
        {
            var problem = await PutAsync(path, value).ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:request:invalid");
            problem.GetProperty("errors").GetProperty("value")[0].GetString()!.ShouldContain(says);
        }

        foreach (var body in new[] { "{}", "{\"value\":null}" })
        {
            (await server.SuperAdmin.PutAsync($"/api/parameters?path={Dedicated}", new StringContent(body, System.Text.Encoding.UTF8, "application/json"), Cancelled).ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:request:invalid"))
                .Fields().ShouldBe(["value"]);
        }

        foreach (var body in new[] { "", "7", "{\"value\":7}", "{\"value\":\"\\u0000\"}", "{\"value\":\"\\ud800\"}" })
        {
            using var answer = await server.SuperAdmin.PutAsync($"/api/parameters?path={Dedicated}", new StringContent(body, System.Text.Encoding.UTF8, "application/json"), Cancelled);
            answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest, body);
        }

        (await server.ParametersAsync(Dedicated))[Dedicated].Value.ShouldBe("least-full");
    }

    private Task<HttpResponseMessage> PutAsync(string path, string value, string? ifMatch = null) => SendAsync(HttpMethod.Put, path, JsonContent.Create(new { value }), ifMatch);

    private Task<HttpResponseMessage> DeleteAsync(string path, string? ifMatch = null) => SendAsync(HttpMethod.Delete, path, content: null, ifMatch);

    private Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content, string? ifMatch)
    {
        var request = new HttpRequestMessage(method, $"/api/parameters?path={path}") { Content = content };
        if (ifMatch is not null)
        {
            request.Headers.Add("If-Match", ifMatch);
        }

        return server.SuperAdmin.SendAsync(request, Cancelled);
    }

    private async Task<List<AuditEntryResponse>> AuditAsync() =>
        [.. (await server.SuperAdmin.GetAsync("/api/platform/audit?limit=200", Cancelled).ReadAsync<Page<AuditEntryResponse>>()).Items.Where(entry => entry.Action.StartsWith("parameter.", StringComparison.Ordinal))];

    /// <summary>A server that knows of more stores than one.</summary>
    public sealed class Fixture : ServerFixture
    {
        public override async ValueTask InitializeAsync()
        {
            await base.InitializeAsync();
            await this.AddStoreRowsAsync("second", "third");
        }
    }
}
