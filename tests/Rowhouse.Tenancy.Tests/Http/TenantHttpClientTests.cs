using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Rowhouse.Tenancy.Http;
using Rowhouse.Tenancy.Tests.Kernel;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Http;

public sealed class TenantHttpClientTests : IAsyncLifetime
{
    private static readonly Tenant smith = Tenants.Make("smith");
    private static readonly Tenant harbor = Tenants.Make("harbor");

    private readonly ConcurrentQueue<(string? TraceId, object? Tenant)> traced = [];
    private readonly ConcurrentQueue<string> requests = [];
    private readonly ScopeLog log = new();
    private readonly ConcurrentQueue<Exception?> pooled = [];
    private readonly ActivityListener listener;
    private WebApplication? vendor;
    private IHost? host;

    public TenantHttpClientTests() => listener = new()
    {
        ShouldListenTo = source => source.Name == "Rowhouse.Tenancy.Http",
        Sample = (ref _) => ActivitySamplingResult.AllData,
        ActivityStopped = activity => traced.Enqueue((activity.TraceId.ToString(), activity.GetTagItem("rowhouse.tenant"))),
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private IServiceProvider Services => host.ShouldNotBeNull().Services;

    public async ValueTask InitializeAsync()
    {
        ActivitySource.AddActivityListener(listener);
        var web = WebApplication.CreateSlimBuilder();
        web.Logging.ClearProviders();
        vendor = web.Build();
        vendor.Urls.Add("http://127.0.0.1:0");
        vendor.Run(async context =>
        {
            requests.Enqueue($"{context.Request.Path}{context.Request.QueryString}\n{string.Join('\n', context.Request.Headers.Select(header => $"{header.Key}: {header.Value}"))}");
            context.Response.Cookies.Append("session", "smith's");
            await context.Response.WriteAsync(context.Connection.Id);
        });
        await vendor.StartAsync(Token);

        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.ConfigureContainer(new DefaultServiceProviderFactory(new() { ValidateScopes = true, ValidateOnBuild = true }));
        builder.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(log));
        builder.AddTenancy(_ => { });
        builder.Services.AddScoped<Sender>();
        builder.Services.AddTenantHttpClient<Vendor>(client => client.BaseAddress = new(vendor.Urls.First()))
            .SetHandlerLifetime(TimeSpan.FromSeconds(1))
            .AddHttpMessageHandler(services => new Asking(services, pooled));
        host = builder.Build();
        var directory = Services.GetRequiredService<TenantDirectory>();
        directory.Apply(new(smith, []));
        directory.Apply(new(harbor, []));
    }

    [Fact]
    public async Task A_client_is_its_tenants_however_long_the_pool_lives()
    {
        for (var i = 0; i < 3; i++)
        {
            foreach (var tenant in new[] { smith, harbor })
            {
                await CallAsync(tenant);
            }
        }

        traced.Select(call => call.Tenant).ShouldBe([smith.Id.ToString(), harbor.Id.ToString(), smith.Id.ToString(), harbor.Id.ToString(), smith.Id.ToString(), harbor.Id.ToString()]);
    }

    [Fact]
    public async Task A_handler_that_the_pool_makes_anew_serves_whoever_comes_next()
    {
        await CallAsync(smith);
        await Task.Delay(1500, Token);      // the pool's handlers live for a second
        await CallAsync(harbor);

        traced.Select(call => call.Tenant).ShouldBe([smith.Id.ToString(), harbor.Id.ToString()]);
    }

    [Fact]
    public async Task A_handler_of_the_pool_finds_no_tenant()
    {
        await CallAsync(smith);

        pooled.ShouldHaveSingleItem().ShouldBeOfType<TenantNotBoundException>();
    }

    [Fact]
    public async Task What_is_logged_of_a_call_names_its_tenant()
    {
        await using var scope = await EnterAsync(smith);
        var client = scope.Get<Vendor>();
        await using var inner = await EnterAsync(harbor);

        await client.CallAsync(Token);

        log.Tenants.ShouldNotBeEmpty();
        log.Tenants.ShouldAllBe(tenant => tenant == $"Tenant:{smith.Id}");
    }

    [Fact]
    public async Task Many_tenants_at_once_keep_to_themselves()
    {
        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => CallAsync(i % 4 == 0 ? smith : harbor)));

        traced.Count(call => Equals(call.Tenant, smith.Id.ToString())).ShouldBe(10);
        traced.Count(call => Equals(call.Tenant, harbor.Id.ToString())).ShouldBe(30);
    }

    [Fact]
    public async Task Tenants_share_a_connection_and_no_cookie()
    {
        (await CallAsync(smith)).ShouldBe(await CallAsync(harbor));
        await CallAsync(smith);

        requests.Count.ShouldBe(3);
        requests.ShouldAllBe(request => !request.Contains("Cookie", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Nothing_of_the_tenant_leaves_the_house()
    {
        using var activity = new Activity("job").AddBaggage("customer", "smith").Start();

        await CallAsync(smith);

        requests.ShouldHaveSingleItem().ShouldBe($"/things?page=1\nHost: {new Uri(vendor.ShouldNotBeNull().Urls.First()).Authority}");
    }

    [Fact]
    public async Task A_typed_client_takes_services_of_its_tenants_scope()
    {
        await using var scope = await EnterAsync(smith);

        scope.Get<Vendor>().Sender.Tenant.ShouldBe(smith);
        scope.Get<Vendor>().ShouldBeSameAs(scope.Get<Vendor>());
    }

    [Fact]
    public async Task Without_a_tenant_there_is_no_client()
    {
        await using var scope = Services.CreateAsyncScope();

        Should.Throw<TenantNotBoundException>(() => scope.ServiceProvider.GetRequiredService<Vendor>());
    }

    public async ValueTask DisposeAsync()
    {
        listener.Dispose();
        host?.Dispose();
        if (vendor is not null)
        {
            await vendor.DisposeAsync();
        }
    }

    private async Task<string> CallAsync(Tenant tenant)
    {
        await using var scope = await EnterAsync(tenant);
        return await scope.Get<Vendor>().CallAsync(Token);
    }

    private ValueTask<EnteredTenant> EnterAsync(Tenant tenant) => Services.GetRequiredService<ITenantScopes>().EnterAsync(tenant.Id, Token);

    /// <summary>A handler that asks for the tenant of the scope that it was made in.</summary>
    private sealed class Asking(IServiceProvider services, ConcurrentQueue<Exception?> answers) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            answers.Enqueue(Record.Exception(() => services.GetRequiredService<TenantScope>().Tenant));
            return base.SendAsync(request, cancellationToken);
        }
    }

    /// <summary>The tenant that each line of the client factory was logged for: its innermost.</summary>
    private sealed class ScopeLog : ILoggerProvider, ISupportExternalScope, ILogger
    {
        private IExternalScopeProvider? provider;

        public ConcurrentQueue<string?> Tenants { get; } = [];

        public ILogger CreateLogger(string categoryName) => categoryName.StartsWith("System.Net.Http.", StringComparison.Ordinal) ? this : NullLogger.Instance;

        public void SetScopeProvider(IExternalScopeProvider scopeProvider) => provider = scopeProvider;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => provider?.Push(state);

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var scopes = new List<string>();
            provider?.ForEachScope((scope, all) => all.Add($"{scope}"), scopes);
            Tenants.Enqueue(scopes.FindLast(scope => scope.StartsWith("Tenant:", StringComparison.Ordinal)));
        }

        public void Dispose()
        {
        }
    }

    private sealed class Sender(TenantScope scope)
    {
        public Tenant Tenant => scope.Tenant;
    }

    private sealed class Vendor(HttpClient client, Sender sender)
    {
        public Sender Sender => sender;

        public Task<string> CallAsync(CancellationToken cancellationToken) => client.GetStringAsync(new Uri("things?page=1", UriKind.Relative), cancellationToken);
    }
}
