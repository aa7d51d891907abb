using System.Security.Cryptography;
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
            // Kestrel's own configuration would add addresses that nobody checked; ROWHOUSE_URL alone says where to listen.
            kestrel.ConfigurationLoader = null;
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxBody;
            if (settings.Certificate is { } file)
            {
                kestrel.ConfigureHttpsDefaults(https =>
                {
                    https.ServerCertificateChain = Load(file);
                    https.ServerCertificate = https.ServerCertificateChain.FirstOrDefault(certificate => certificate.HasPrivateKey)
                        ?? throw new ServerSettingsException($"ROWHOUSE_CERTIFICATE names '{file}', which has no private key.");
                });
            }
        });
        web.UseUrls(url.ToString());
    }

    public static void AddProxies(this IServiceCollection services, ServerSettings settings) =>
        services.Configure<ForwardedHeadersOptions>(options =>
        {
            // None: ASPNETCORE_FORWARDEDHEADERS_ENABLED would believe everybody.
            options.ForwardedHeaders = settings.Proxies.Count == 0
                ? ForwardedHeaders.None
                : ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost;

            // As many hops as are named: the walk ends at the first address that is none of them.
            options.ForwardLimit = null;
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

    // With the certificates above it in the file: not every client finds those by itself.
    private static X509Certificate2Collection Load(string file)
    {
        try
        {
            if (Path.GetExtension(file) is not (".pem" or ".crt"))
            {
                return X509CertificateLoader.LoadPkcs12CollectionFromFile(file, password: null);
            }

            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(file);
            chain[0] = X509Certificate2.CreateFromPemFile(file);
            return chain;
        }
        catch (Exception exception) when (exception is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new ServerSettingsException($"ROWHOUSE_CERTIFICATE names '{file}', which cannot be used: {exception.Message}");
        }
    }
}
