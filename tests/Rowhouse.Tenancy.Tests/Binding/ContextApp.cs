using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.SignalR;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Rowhouse.Tenancy.AspNetCore;
using Rowhouse.Tenancy.AspNetCore.Admission;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Tests.Kernel;
using Rowhouse.Tenancy.Tests.Notes;
using Rowhouse.Testing;

namespace Rowhouse.Tenancy.Tests.Binding;

/// <summary>
/// An application that reaches a tenant's data from everywhere that code runs in: requests, streams, hubs and the background. Two tenants
/// have three notes each, and all share one connection, so whoever took another's binding would read another's notes.
/// </summary>
internal sealed class ContextApp : IAsyncDisposable
{
    private readonly WebApplication web;

    private ContextApp(WebApplication web) => this.web = web;

    public static Tenant Smith { get; } = Kernel.Tenants.Make("smith");

    public static Tenant Harbor { get; } = Kernel.Tenants.Make("harbor");

    public IServiceProvider Services => web.Services;

    public ITenantScopes Tenants => Services.GetRequiredService<ITenantScopes>();

    public TestCatalogue Catalogue => (TestCatalogue)Services.GetRequiredService<ITenantCatalogue>();

    /// <summary>What hubs could read when a client connected and when it left.</summary>
    public ChannelReader<(string When, string[] Texts)> Seen => Services.GetRequiredService<Channel<(string When, string[] Texts)>>().Reader;

    public string Url => web.Urls.Single();

    public static async Task<ContextApp> StartAsync(PostgresFixture postgres, Action<IEndpointRouteBuilder, ContextApp>? map = null, Action<IServiceCollection>? configure = null)
    {
        var connections = await NotesHost.PrepareAsync(postgres);
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSignalR(hubs => hubs.EnableDetailedErrors = true);
        builder.AddTenancy(tenancy => tenancy.UseCatalogue<TestCatalogue>().FromHeader("X-Tenant-Id").OnPostgres(options => options.Connections = connections with { Application = connections.Application + ";Maximum Pool Size=1" }));
        builder.AddTenantDbContext<NotesDb>();
        builder.Services.AddSingleton(Channel.CreateUnbounded<(string When, string[] Texts)>());
        configure?.Invoke(builder.Services);
        var app = new ContextApp(builder.Build());
        app.web.UseTenancy();
        app.web.MapGet("/notes", (NotesDb db, CancellationToken cancelled) => TextsAsync(db, cancelled));
        app.web.MapGet("/stream", (NotesDb db, CancellationToken cancelled) => TypedResults.ServerSentEvents(StreamAsync(db, cancelled)));
        app.web.MapHub<NotesHub>("/hub");
        app.web.MapHub<NotesHub>("/free-hub").WithoutTenant();
        map?.Invoke(app.web, app);
        foreach (var tenant in new[] { Smith, Harbor })
        {
            app.Catalogue.Add(tenant);
            await NotesHost.ExecuteAsync(connections.Platform, "INSERT INTO tenancy.homes (tenant_id, generation) VALUES ($1, $2)", tenant.Id.Value, tenant.Placement.Generation);
        }

        await app.web.StartAsync(TestContext.Current.CancellationToken);
        foreach (var tenant in new[] { Smith, Harbor })
        {
            await using var scope = await app.Tenants.EnterAsync(tenant.Id);
            var db = scope.Get<NotesDb>();
            var notebook = new Notebook { Title = "one" };
            db.AddRange(TextsOf(tenant).Select(text => new Note { Text = text, Notebook = notebook }));
            await db.SaveChangesAsync();
        }

        return app;
    }

    /// <summary>What a tenant's notes say, and nobody else's.</summary>
    public static string[] TextsOf(Tenant tenant) => [$"{tenant.Slug} 1", $"{tenant.Slug} 2", $"{tenant.Slug} 3"];

    /// <summary>All notes of the context's tenant.</summary>
    public static async Task<string[]> TextsAsync(NotesDb db, CancellationToken cancellationToken) => await db.Notes.OrderBy(note => note.Text).Select(note => note.Text).ToArrayAsync(cancellationToken);

    /// <summary>Reads one note at a time, each by a query of its own, and lets others go between.</summary>
    public static async IAsyncEnumerable<string> StreamAsync(NotesDb db, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var i = 0; i < 3; i++)
        {
            await Task.Delay(1, cancellationToken);
            yield return await db.Notes.OrderBy(note => note.Text).Skip(i).Select(note => note.Text).FirstAsync(cancellationToken);
        }
    }

    public HttpClient Client(Tenant tenant)
    {
        var client = new HttpClient { BaseAddress = new(Url) };
        client.DefaultRequestHeaders.Add("X-Tenant-Id", tenant.Id.ToString());
        return client;
    }

    public ValueTask DisposeAsync() => web.DisposeAsync();
}

/// <summary>A hub that reads a tenant's data in every way that hubs have.</summary>
internal sealed class NotesHub(IServiceProvider services, Channel<(string When, string[] Texts)> seen) : Hub
{
    public Task<string[]> Notes() => ContextApp.TextsAsync(services.GetRequiredService<NotesDb>(), Context.ConnectionAborted);

    public IAsyncEnumerable<string> Stream(CancellationToken cancellationToken) => ContextApp.StreamAsync(services.GetRequiredService<NotesDb>(), cancellationToken);

    public override Task OnConnectedAsync() => SeeAsync("connected");

    public override Task OnDisconnectedAsync(Exception? exception) => SeeAsync("disconnected");

    private async Task SeeAsync(string when)
    {
        var isBound = services.GetRequiredService<TenantScope>().IsBound;
        await seen.Writer.WriteAsync((when, isBound ? await ContextApp.TextsAsync(services.GetRequiredService<NotesDb>(), CancellationToken.None) : []));
    }
}
