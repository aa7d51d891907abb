using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Rowhouse.Benchmarks.Isolation;

/// <summary>
/// How many requests a server takes, with Rowhouse (three places read, the tenant found, checked and bound, its rows isolated) and without: 8 connections that
/// each send one request after another, client and server in one process. A row is the time of 800 requests.
/// </summary>
internal static class EndpointCost
{
    private const int Connections = 8;
    private const int RequestsEach = 100;

    public static async Task RunAsync(TextWriter output)
    {
        await using var host = await NotesHost.StartAsync();
        await using var prepared = await PlainAsync(host.PreparedSource);
        await using var unprepared = await PlainAsync(host.UnpreparedSource);
        using var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = Connections, UseCookies = false });
        await new Rounds("Requests to an endpoint that reads nothing")
            .Add("without Rowhouse, a service of its scope", 1, () => SendAsync(client, host, prepared.Urls.Single(), "/hello"))
            .Add("without Rowhouse, no service at all", 1, () => SendAsync(client, host, prepared.Urls.Single(), "/bare"))
            .Add("**with Rowhouse**", 1, () => SendAsync(client, host, host.Url.ToString(), "/hello"))
            .PrintAsync(output);
        await new Rounds("Requests to an endpoint that reads a row")
            .Add("without isolation, not prepared (as most run today)", 1, () => SendAsync(client, host, unprepared.Urls.Single(), Note(host)))
            .Add("without isolation, prepared", 1, () => SendAsync(client, host, prepared.Urls.Single(), Note(host)))
            .Add("**with Rowhouse**", 1, () => SendAsync(client, host, host.Url.ToString(), Note(host)))
            .PrintAsync(output);
    }

    // The tenant is an id in a header that nobody checks, as many applications have it.
    private static async Task<WebApplication> PlainAsync(NpgsqlDataSource source)
    {
        var builder = Web.Builder();
        builder.Services.AddDbContext<PlainDb>(options => options.UseNpgsql(source));
        builder.Services.AddScoped<Reader>();
        var app = builder.Build();
        app.MapGet("/hello", (Reader reader) => reader.Name);
        app.MapGet("/bare", () => "Tenant");
        app.MapGet("/notes/{id:guid}", (Guid id, PlainDb db, [Microsoft.AspNetCore.Mvc.FromHeader(Name = "X-Tenant-Id")] Guid tenant) => IsolationCost.PlainReadAsync(db, tenant, id));
        await app.StartAsync();
        return app;
    }

    private static string Note(NotesHost host) => $"/notes/{host.NoteIds[7]}";

    private static Task SendAsync(HttpClient client, NotesHost host, string url, string path)
    {
        var address = new Uri(new Uri(url), path);
        return Task.WhenAll(Enumerable.Range(0, Connections).Select(async connection =>
        {
            for (var i = 0; i < RequestsEach; i++)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, address);
                request.Headers.Add("X-Tenant-Id", host.Tenants[(connection + i) % host.Tenants.Count].Id.ToString());
                using var response = await client.SendAsync(request);
                response.EnsureSuccessStatusCode();
            }
        }));
    }
}
