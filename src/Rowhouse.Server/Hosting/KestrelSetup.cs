using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.HttpOverrides;

namespace Rowhouse.Server.Hosting;

/// <summary>Where the server listens, and what it takes at most.</summary>
internal static class KestrelSetup
{
    /// <summary>JSON; an endpoint that takes files says more by itself.</summary>
    private const long MaxBody = 1_000_000;

    public static void UseSettings(this ConfigureWebHostBuilder web, ServerSettings settings)
    {
        var url = settings.CheckUrl();
        web.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxBody;
            if (settings.Certificate is { } file)
            {
                kestrel.ConfigureHttpsDefaults(https => https.ServerCertificate = Load(file));
            }
        });
        web.UseUrls(url.ToString());
    }

    public static void AddProxies(this IServiceCollection services, ServerSettings settings) =>
        services.Configure<ForwardedHeadersOptions>(options =>
        {
            options.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost;
            options.KnownProxies.Clear();
            options.KnownIPNetworks.Clear();
            foreach (var proxy in settings.Proxies)
            {
                options.KnownProxies.Add(proxy);
            }
        });

    /// <summary>Where the server really listens, for people.</summary>
    public static string AddressOf(WebApplication app, ServerSettings settings)
    {
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses;
        return (addresses?.FirstOrDefault() ?? settings.Url).TrimEnd('/');
    }

    private static X509Certificate2 Load(string file)
    {
        if (!File.Exists(file))
        {
            throw new ServerSettingsException($"ROWHOUSE_CERTIFICATE names '{file}', which is not there.");
        }

        return Path.GetExtension(file) is ".pem" or ".crt"
            ? X509Certificate2.CreateFromPemFile(file)
            : X509CertificateLoader.LoadPkcs12FromFile(file, password: null);
    }
}
