using Rowhouse.CardVault;
using Rowhouse.ControlPlane;
using Rowhouse.Modules;
using Rowhouse.Modules.Access;
using Rowhouse.Server.Console;
using Rowhouse.Server.Docs;
using Rowhouse.Server.Health;
using Rowhouse.Server.Hosting;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.AspNetCore;
using Rowhouse.Tenancy.Caching;
using Rowhouse.Tenancy.Postgres;

namespace Rowhouse.Server;

/// <summary>The server: the API, the console and all products in one process. Several can run in one process.</summary>
public static class ServerHost
{
    /// <summary>Builds a server without starting it.</summary>
    /// <param name="settings">What it is told.</param>
    /// <param name="configure">Changes the application before it is built.</param>
    /// <exception cref="ServerSettingsException">It cannot start with these settings.</exception>
    public static WebApplication Build(ServerSettings settings, Action<WebApplicationBuilder>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(ServerHost).Assembly.GetName().Name,
            ContentRootPath = AppContext.BaseDirectory,

            // Whatever ASPNETCORE_ENVIRONMENT says: elsewhere a failure shows its stack trace to whoever asks.
            EnvironmentName = Environments.Production,
        });
        if (settings.Configuration is { } configuration)
        {
            builder.Configuration.AddConfiguration(configuration);
        }

        builder.WebHost.UseSettings(settings);
        builder.Host.UseDefaultServiceProvider(provider => provider.ValidateScopes = provider.ValidateOnBuild = true);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(15));
        builder.Services.AddProxies(settings);
        builder.Services.AddResponseCompression(compression => compression.EnableForHttps = true);
        builder.Services.AddSingleton<Readiness>();
        builder.Services.AddSingleton(_ => new ConsolePages(settings.ConsoleFolder));
        ConfigureLogs(builder.Logging);
        builder.AddApi();
        builder.AddTenancy(tenancy => tenancy
            .FromList(settings.TenantSources)
            .WithDirectory(settings.Directory)
            .OnPostgres(postgres => UseDatabase(postgres, settings))
            .WithCache(cache => UseRedis(cache, settings))
            .WithControlPlane(new()
            {
                DataFolder = settings.DataFolder,
                PlatformKeyFile = settings.PlatformKeyFile,
                SecureCookies = settings.IsSecure,
                AdminEmail = settings.AdminEmail,
                AdminPassword = settings.AdminPassword,
                DefaultProducts = settings.DefaultProducts,
                ReservedSlugs = settings.ReservedSlugs,
                DeletionProtection = settings.DeletionProtection ?? !settings.Demo,
                Retention = TimeSpan.FromDays(settings.RetentionDays),
                PooledHomes = settings.PooledHomes,
                OwnHost = settings.CheckUrl().IdnHost,
                NameServers = settings.NameServers,
                SignInBurst = settings.SignInBurst,
                Demo = settings.Demo,
            }));
        builder.AddModule<CardVaultModule>();
        configure?.Invoke(builder);
        var app = builder.Build();
        Compose(app, settings);
        return app;
    }

    /// <summary>Runs a server until it is told to stop.</summary>
    /// <param name="settings">What it is told.</param>
    /// <param name="output">Where it says that it is ready, or why not.</param>
    /// <param name="whenReady">What to do once it answers at this address; nothing by default.</param>
    /// <param name="cancellationToken">Stops it, after the requests that are running.</param>
    /// <returns>0, or 1 where it could not start.</returns>
    public static async Task<int> RunAsync(ServerSettings settings, TextWriter output, Func<Uri, Task>? whenReady = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(output);
        try
        {
            await using var app = Build(settings);
            await app.StartAsync(cancellationToken);
            await ReadyMessage.WriteAsync(app, settings, output);
            if (whenReady is not null)
            {
                await whenReady(new(KestrelSetup.AddressOf(app, settings)));
            }

            await app.WaitForShutdownAsync(cancellationToken);
            return 0;
        }
        catch (Exception exception) when (StartFailure.Explain(exception, settings) is { } reason)
        {
            await output.WriteLineAsync(reason);
            return 1;
        }
    }

    private static void UseDatabase(PostgresOptions postgres, ServerSettings settings)
    {
        postgres.DataFolder = settings.DataFolder;
        if (settings.Database is { } database)
        {
            postgres.Connections = database;
            postgres.MigrateAtStart = database.Owner is not null;
        }
    }

    private static void UseRedis(TenantCacheOptions cache, ServerSettings settings)
    {
        cache.Redis = settings.Redis;
        cache.Prefix = settings.Configuration?["ROWHOUSE_INSTALLATION"] is { Length: > 0 } installation ? installation : cache.Prefix;
    }

    private static void Compose(WebApplication app, ServerSettings settings)
    {
        var console = app.Services.GetRequiredService<ConsolePages>();
        if (settings.Proxies.Count > 0)
        {
            app.UseForwardedHeaders();
        }

        app.UseSecurityHeaders(settings.IsSecure);
        app.UseResponseCompression();
        app.UseProblems();
        if (settings.Proxies.Count > 0)
        {
            app.UseHttpsOnly();
        }

        console.UseFiles(app);
        if (settings.BarePaths)
        {
            app.UseBarePathRedirect(except: ConsolePages.Doors);
        }

        app.UseSessions();
        app.UseTenancy();
        app.UseRateLimiter();
        console.UsePage(app);
        app.UseReadableRequests();
        app.MapApiDocument();
        DocsPage.Map(app);
        HealthEndpoints.Map(app);
        app.MapControlPlane();
        app.MapModules();
        app.CheckAccess();
    }

    private static void ConfigureLogs(ILoggingBuilder logging)
    {
        logging.ClearProviders();
        logging.AddSimpleConsole(console => console.SingleLine = true);
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Warning);
        logging.AddFilter("System", LogLevel.Warning);

        // Why a start failed is told once, by whoever started it.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);

        // Failed requests are logged once, by the handler that answers them.
        logging.AddFilter("Microsoft.AspNetCore.Diagnostics.ExceptionHandlerMiddleware", LogLevel.None);
    }
}
