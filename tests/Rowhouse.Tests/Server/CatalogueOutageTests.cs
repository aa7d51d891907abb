using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Rowhouse.Tenancy;
using Rowhouse.Testing;
using Shouldly;

namespace Rowhouse.Tests.Server;

/// <summary>A server whose control database lets nobody in for a while.</summary>
public sealed partial class CatalogueOutageTests(CatalogueOutageTests.ServerWithClock server) : IClassFixture<CatalogueOutageTests.ServerWithClock>
{
    private const string Cards = "/api/cardvault/cards";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Members_of_known_tenants_work_on_and_strangers_cannot_tell_known_from_unknown()
    {
        var smith = await server.CreateTenantAsync("Outage", "cardvault");
        var jones = await server.CreateTenantAsync("Other of outage", "cardvault");
        (await AskAsync(smith, smith.Slug)).Status.ShouldBe(HttpStatusCode.OK);
        var directory = server.Services.GetRequiredService<TenantDirectory>();
        await LetInAsync(false);
        try
        {
            await UntilAsync(directory, DirectoryContact.Disconnected);

            (await AskAsync(smith, smith.Slug)).Status.ShouldBe(HttpStatusCode.OK);
            var known = await AskAsync(smith, jones.Slug);
            var unknown = await AskAsync(smith, "nobody-has-this-name");

            known.Status.ShouldBe(HttpStatusCode.ServiceUnavailable);
            known.Body.ShouldContain("urn:rowhouse:tenancy:catalogue-unreachable");
            // A session is checked once a minute where it can be.
            server.Clock.Advance(TimeSpan.FromMinutes(2));
            (await AskAsync(smith, smith.Slug)).Status.ShouldBe(HttpStatusCode.OK);
            server.Clock.Advance(TimeSpan.FromMinutes(4));
            (await AskAsync(smith, smith.Slug)).Status.ShouldBe(HttpStatusCode.ServiceUnavailable);
            (unknown.Status, WithoutTrace(unknown.Body)).ShouldBe((known.Status, WithoutTrace(known.Body)));
        }
        finally
        {
            await LetInAsync(true);
        }

        await UntilAsync(directory, DirectoryContact.Connected);
        (await AskAsync(smith, jones.Slug)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await AskAsync(smith, "nobody-has-this-name")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    private static async Task<(HttpStatusCode Status, string Body)> AskAsync(TestTenant as_, string tenant)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Cards);
        request.Headers.Authorization = as_.Admin.Client.DefaultRequestHeaders.Authorization;
        request.Headers.Add("X-Tenant-Id", tenant);
        using var client = new HttpClient { BaseAddress = as_.Server.Address };
        using var answer = await client.SendAsync(request, Token);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Token));
    }

    private static async Task UntilAsync(TenantDirectory directory, DirectoryContact contact)
    {
        var begin = Stopwatch.GetTimestamp();
        while (directory.Contact != contact)
        {
            Stopwatch.GetElapsedTime(begin).ShouldBeLessThan(TimeSpan.FromSeconds(20));
            await Task.Delay(20, Token);
        }
    }

    private async Task LetInAsync(bool allowed)
    {
        var name = new NpgsqlConnectionStringBuilder(server.Database.Control).Database;
        await using var connection = new NpgsqlConnection(await new PostgresFixture().AdminAsync());
        await connection.OpenAsync(Token);
        await using var command = new NpgsqlCommand(
            $"ALTER DATABASE {name} ALLOW_CONNECTIONS {allowed}; SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}' AND NOT {allowed}", connection);
        await command.ExecuteNonQueryAsync(Token);
    }

    private static string WithoutTrace(string problem) => TraceId().Replace(problem, "");

    [GeneratedRegex("\"traceId\":\"[^\"]*\"", RegexOptions.NonBacktracking)]
    private static partial Regex TraceId();

    public sealed class ServerWithClock : ServerFixture
    {
        public FakeTimeProvider Clock { get; } = new(TimeProvider.System.GetUtcNow());

        protected override void Configure(WebApplicationBuilder builder) => builder.Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(Clock));
    }
}
