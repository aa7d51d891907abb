using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Rowhouse.Benchmarks.Isolation;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.AspNetCore;

namespace Rowhouse.Benchmarks.Resolution;

/// <summary>
/// What finding, checking and binding the tenant adds to a request that runs through routing to an endpoint which takes a service of its scope and does nothing with it:
/// a scope and a context of its own for each, 100,000 tenants, all places read.
/// </summary>
internal static class ResolutionCost
{
    private const int Operations = 20_000;

    private static readonly string[] Four = ["host {tenant}.example.com", "path /t/{tenant}", "header X-Tenant-Id", "claim org_id"];

    public static async Task RunAsync(TextWriter output)
    {
        var plain = Build(app => app.UseRouting(), []);
        var rounds = new SyncRounds("Resolution of a request, 100,000 tenants", net: true).Add("routing and endpoint alone", Operations, () => Send(plain, context => Name(context, "app.example.com")));
        foreach (var (name, sources, prepare) in Cases())
        {
            var pipeline = Build(app => app.UseTenancy(), sources);
            rounds.Add(name, Operations, () => Send(pipeline, prepare));
        }

        await rounds.PrintAsync(output);
    }

    private static IEnumerable<(string Name, string[] Sources, Action<HttpContext> Prepare)> Cases()
    {
        const string elsewhere = "app.example.com";
        yield return ("**host**", ["host {tenant}.example.com"], context => Name(context, "tenant-77.example.com"));
        yield return ("host with a port, in capitals", ["host {tenant}.example.com"], context => Name(context, "Tenant-77.Example.com:443"));
        yield return ("domain of its own", ["host {tenant}.example.com"], context => Name(context, "cards.tenant-77.example"));
        yield return ("header", ["header X-Tenant-Id"], context => Name(context, elsewhere, "X-Tenant-Id", "tenant-77"));
        yield return ("path, with its rebase", ["path /t/{tenant}"], context =>
        {
            Name(context, elsewhere);
            context.Request.Path = "/t/tenant-77/notes";
        });
        yield return ("query", ["query tenant"], context =>
        {
            Name(context, elsewhere);
            context.Request.QueryString = new("?tenant=tenant-77");
        });
        yield return ("API key, with its hash", ["api-key X-Api-Key"], context => Name(context, elsewhere, "X-Api-Key", "key-77"));
        yield return ("**four places read, host names it**", Four, context => Name(context, "tenant-77.example.com"));
        yield return ("four places read, host and header agree", Four, context => Name(context, "tenant-77.example.com", "X-Tenant-Id", "tenant-77"));
    }

    // Every request has a host and some header, those without a tenant too.
    private static void Name(HttpContext context, string host, string header = "Accept", string value = "application/json")
    {
        context.Request.Headers.Host = host;
        context.Request.Headers[header] = value;
    }

    private static (RequestDelegate Pipeline, IServiceScopeFactory Scopes) Build(Action<IApplicationBuilder> use, string[] sources)
    {
        var builder = Web.Builder();
        builder.AddTenancy(tenancy => tenancy.FromList(sources));
        builder.Services.AddScoped<Reader>();
        var web = builder.Build();
        var directory = web.Services.GetRequiredService<TenantDirectory>();
        if (sources.Length > 0)
        {
            foreach (var number in Enumerable.Range(0, 100_000))
            {
                var tenant = DirectoryCost.Make(number);
                Identifier.TryCreate(IdentifierKind.ApiKey, $"key-{number}", out var key);
                directory.Apply(new(tenant, number == 77 ? [key, new(IdentifierKind.Host, $"cards.{tenant.Slug}.example")] : []));
            }
        }

        // Routing is put in by hand, so that it stands once and in its place.
        var app = new ApplicationBuilder(web.Services);
        app.Properties["__GlobalEndpointRouteBuilder"] = web;
        ((IEndpointRouteBuilder)web).MapGet("/notes", (RequestDelegate)(context =>
        {
            context.RequestServices.GetRequiredService<Reader>();
            return Task.CompletedTask;
        }));
        use(app);
        app.UseEndpoints(_ => { });
        return (app.Build(), web.Services.GetRequiredService<IServiceScopeFactory>());
    }

    private static void Send((RequestDelegate Pipeline, IServiceScopeFactory Scopes) app, Action<HttpContext> prepare)
    {
        using var scope = app.Scopes.CreateScope();
        var context = new DefaultHttpContext { RequestServices = scope.ServiceProvider };
        context.Request.Method = "GET";
        context.Request.Path = "/notes";
        prepare(context);
        var done = app.Pipeline(context);
        if (!done.IsCompletedSuccessfully || context.Response.StatusCode != StatusCodes.Status200OK || context.GetEndpoint() is null)
        {
            throw new InvalidOperationException($"{context.Response.StatusCode} {done.Exception}");
        }
    }
}
