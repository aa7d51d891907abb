using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Kernel;

/// <summary>What logs and traces know of a tenant that is entered outside a request.</summary>
public sealed class EnteredTenantTests : IDisposable
{
    private readonly Tenant smith = Tenants.Make("smith");
    private readonly Tenant harbor = Tenants.Make("harbor");
    private readonly Scopes scopes = new();
    private readonly ActivityListener listener;
    private readonly IHost host;

    public EnteredTenantTests()
    {
        listener = new()
        {
            ShouldListenTo = source => source.Name == "Rowhouse.Tenancy",
            Sample = (ref _) => ActivitySamplingResult.AllData,
        };
        ActivitySource.AddActivityListener(listener);
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Logging.AddProvider(scopes);
        builder.AddTenancy(_ => { });
        var catalogue = new TestCatalogue();
        catalogue.Add(smith);
        catalogue.Add(harbor);
        builder.Services.AddSingleton<ITenantCatalogue>(catalogue);
        host = builder.Build();
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_logged_and_traced_inside_has_the_tenant_and_nothing_outside_has_it(bool known)
    {
        if (known)
        {
            Directory.Apply(new(smith, []));
        }

        await using (var entered = await EnterAsync(smith))
        {
            await WorkAsync(entered.Get<ILoggerFactory>());

            Activity.Current.ShouldNotBeNull().GetTagItem("rowhouse.tenant").ShouldBe(smith.Id.ToString());
        }

        scopes.Last.ShouldBe($"Tenant={smith.Id}");
        await WorkAsync(host.Services.GetRequiredService<ILoggerFactory>());
        scopes.Last.ShouldBe("");
        Activity.Current.ShouldBeNull();
    }

    [Fact]
    public async Task Tenants_that_are_entered_side_by_side_do_not_take_one_anothers_place()
    {
        Directory.Apply(new(smith, []));
        Directory.Apply(new(harbor, []));

        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(async () =>
        {
            var tenant = i % 2 == 0 ? smith : harbor;
            await using var entered = await EnterAsync(tenant);
            await Task.Yield();
            scopes.Current.ShouldBe($"Tenant={tenant.Id}");
            Activity.Current.ShouldNotBeNull().GetTagItem("rowhouse.tenant").ShouldBe(tenant.Id.ToString());
        }, Token)));
    }

    [Fact]
    public async Task A_tenant_that_cannot_be_entered_leaves_nothing_behind()
    {
        Directory.Apply(new(smith with { Status = TenantStatus.Suspended }, []));

        await Should.ThrowAsync<TenantUnavailableException>(async () => await EnterAsync(smith));

        scopes.Current.ShouldBe("");
        Activity.Current.ShouldBeNull();
    }

    public void Dispose()
    {
        host.Dispose();
        listener.Dispose();
    }

    private TenantDirectory Directory => host.Services.GetRequiredService<TenantDirectory>();

    private ValueTask<EnteredTenant> EnterAsync(Tenant tenant) => host.Services.GetRequiredService<ITenantScopes>().EnterAsync(tenant.Id, Token);

    private static async Task WorkAsync(ILoggerFactory loggers)
    {
        await Task.Yield();
        loggers.CreateLogger("work").LogInformation("worked");
    }

    /// <summary>Shows the log scopes, as a provider that reads pairs does.</summary>
    private sealed class Scopes : ILoggerProvider, ISupportExternalScope, ILogger
    {
        private IExternalScopeProvider? provider;

        public string Last { get; private set; } = "";

        public string Current
        {
            get
            {
                var pairs = new List<string>();
                provider?.ForEachScope((scope, all) => all.AddRange((scope as IEnumerable<KeyValuePair<string, object?>> ?? []).Where(pair => pair.Key == "Tenant").Select(pair => $"{pair.Key}={pair.Value}")), pairs);
                return string.Join(' ', pairs);
            }
        }

        public void SetScopeProvider(IExternalScopeProvider scopeProvider) => provider = scopeProvider;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => provider?.Push(state);

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Last = Current;

        public void Dispose()
        {
        }
    }
}
