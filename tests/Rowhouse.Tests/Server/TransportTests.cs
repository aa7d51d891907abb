using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Rowhouse.Contracts;
using Rowhouse.Server;
using Rowhouse.Tests.ControlPlane.Domains;
using Shouldly;

namespace Rowhouse.Tests.Server;

/// <summary>How the server is reached: by plain http on loopback, by a certificate of its own, through a proxy; and past it.</summary>
public sealed class TransportTests(ServerFixture server) : IClassFixture<ServerFixture>, IDisposable
{
    private const string FirstProxy = "127.0.0.2";
    private const string SecondProxy = "127.0.0.3";
    private const string Person = "203.0.113.9";
    private const string HttpsRequired = "urn:rowhouse:request:https-required";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("rowhouse-transport-");

    private ServerSettings BehindProxies => server.Settings with { Proxies = [IPAddress.Parse(FirstProxy), IPAddress.Parse(SecondProxy)] };

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [InlineData("server.pem")]
    [InlineData("server.pfx")]
    public async Task By_a_certificate_of_its_own_the_cookie_belongs_to_https_and_this_host_alone(string file)
    {
        var settings = server.Settings with { Url = "https://127.0.0.1:0", Certificate = MakeCertificate(file) };

        await RunAsync(settings, async address =>
        {
            address.Scheme.ShouldBe("https");
            using var client = From("127.0.0.1", address);
            using var answer = await SignInByCookieAsync(client, address.GetLeftPart(UriPartial.Authority));

            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
            answer.Headers.GetValues("Strict-Transport-Security").ShouldBe(["max-age=31536000"]);
            var cookie = ShouldBeOfHttps(answer);
            await MeAsync(client, cookie).ShouldBeAsync(HttpStatusCode.OK);
            await MeAsync(client, cookie.Replace("__Host-", "", StringComparison.Ordinal)).ShouldBeAsync(HttpStatusCode.Unauthorized);
        });
    }

    [Fact]
    public async Task The_certificates_above_its_own_are_sent_too()
    {
        var settings = server.Settings with { Url = "https://127.0.0.1:0", Certificate = MakeCertificate("server.pem") };
        List<string> sent = [];

        await RunAsync(settings, async address =>
        {
            using var client = From("127.0.0.1", address, chain => sent.AddRange(chain.ChainPolicy.ExtraStore.Select(certificate => certificate.Subject)));
            await client.GetAsync("/health/live", Cancelled).ShouldBeAsync(HttpStatusCode.OK);
        });

        sent.ShouldContain("CN=Rowhouse test authority");
    }

    [Theory]
    [InlineData("missing.pem", null)]
    [InlineData("garbage.pem", "no certificate")]
    [InlineData("garbage.pfx", "no certificate")]
    [InlineData("keyless.pem", "keyless")]
    public async Task A_certificate_that_cannot_be_used_stops_the_start_and_is_named(string name, string? content)
    {
        var path = Path.Combine(folder.FullName, name);
        if (content is not null)
        {
            await File.WriteAllTextAsync(path, content == "keyless" ? MakePair().Server.ExportCertificatePem() : content, Cancelled);
        }

        using var output = new StringWriter();
        (await ServerHost.RunAsync(server.Settings with { Url = "https://127.0.0.1:0", Certificate = path }, output, cancellationToken: Cancelled)).ShouldBe(1);

        output.ToString().ShouldContain("ROWHOUSE_CERTIFICATE");
        output.ToString().ShouldContain(path);
    }

    [Fact]
    public async Task A_named_proxy_says_the_scheme_the_host_and_who_asks()
    {
        var tenant = await server.CreateTenantAsync("Behind Proxy");

        await RunAsync(BehindProxies, async address =>
        {
            using var client = From(FirstProxy, address);
            Forward(client, Person, "https", $"{tenant.Slug}.localhost");
            using var answer = await SignInByCookieAsync(client, $"https://{tenant.Slug}.localhost");

            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
            answer.Headers.GetValues("Strict-Transport-Security").ShouldBe(["max-age=31536000"]);
            using var inTenant = new HttpRequestMessage(HttpMethod.Get, "/api/members") { Headers = { { "Cookie", ShouldBeOfHttps(answer) } } };
            await client.SendAsync(inTenant, Cancelled).ShouldBeAsync(HttpStatusCode.OK);
        });

        (await AddressOfLastSignInAsync()).ShouldBe(Person);
    }

    [Fact]
    public async Task Of_several_hops_the_walk_ends_at_the_first_that_is_no_proxy()
    {
        await RunAsync(BehindProxies, async address =>
        {
            using var client = From(FirstProxy, address);
            Forward(client, $"198.51.100.1, {Person}, {SecondProxy}", "http, https, http", "forged.example, rowhouse.example, internal");
            using var answer = await SignInByCookieAsync(client, "https://rowhouse.example");

            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        });

        (await AddressOfLastSignInAsync()).ShouldBe(Person);
    }

    [Fact]
    public async Task Past_the_proxy_and_through_one_that_was_asked_in_the_open_nothing_but_health_and_certificates_is_answered()
    {
        var tenant = await server.CreateTenantAsync("Certified");
        await RunAsync(BehindProxies, async address =>
        {
            using var past = From("127.0.0.4", address);
            await past.GetAsync("/docs", Cancelled).ProblemAsync(HttpStatusCode.MisdirectedRequest, HttpsRequired);
            Forward(past, Person, "https", "rowhouse.example");
            await past.GetAsync("/docs", Cancelled).ProblemAsync(HttpStatusCode.MisdirectedRequest, HttpsRequired);
            await past.GetAsync("/sign-in", Cancelled).ProblemAsync(HttpStatusCode.MisdirectedRequest, HttpsRequired);
            await SignInByCookieAsync(past, "https://rowhouse.example").ProblemAsync(HttpStatusCode.MisdirectedRequest, HttpsRequired);
            await past.GetAsync("/health/live", Cancelled).ShouldBeAsync(HttpStatusCode.OK);

            using var open = From(FirstProxy, address);
            Forward(open, Person, "http", "rowhouse.example");
            await open.GetAsync("/docs", Cancelled).ProblemAsync(HttpStatusCode.MisdirectedRequest, HttpsRequired);
            using var silent = From(FirstProxy, address);
            await silent.GetAsync("/docs", Cancelled).ProblemAsync(HttpStatusCode.MisdirectedRequest, HttpsRequired);
            await silent.GetAsync("/health/ready", Cancelled).ShouldBeAsync(HttpStatusCode.OK);

            // A proxy asks for itself whether to fetch a certificate: nobody forwarded that.
            await silent.GetAsync($"/api/domains/allowed?domain={tenant.Slug}.localhost", Cancelled).ShouldBeAsync(HttpStatusCode.OK);
            await silent.GetAsync($"/t/{tenant.Slug}/api/domains/allowed?domain={tenant.Slug}.localhost", Cancelled).ProblemAsync(HttpStatusCode.MisdirectedRequest, HttpsRequired);
            await silent.GetAsync("/api/domains", Cancelled).ProblemAsync(HttpStatusCode.MisdirectedRequest, HttpsRequired);
        });
    }

    [Fact]
    public async Task The_host_that_the_server_is_reached_at_can_be_no_tenants()
    {
        var tenant = await server.CreateTenantAsync("Wants The Console");
        await RunAsync(BehindProxies with { Url = "http://Console.MÜLLER.example:0" }, async address =>
        {
            using var client = From(FirstProxy, new UriBuilder(address) { Host = "127.0.0.1" }.Uri);
            Forward(client, Person, "https", "console.example");
            client.DefaultRequestHeaders.Authorization = tenant.Admin.Client.DefaultRequestHeaders.Authorization;
            client.DefaultRequestHeaders.Add("X-Tenant-Id", tenant.Slug);

            foreach (var host in new[] { "console.müller.example", "below.console.xn--mller-kva.example" })
            {
                await client.AddDomainAsync(host).ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:request:invalid");
            }

            await client.AddDomainAsync("beside.müller.example").ShouldBeAsync(HttpStatusCode.Created);
        });
    }

    [Fact]
    public async Task What_somebody_else_forwards_changes_nothing()
    {
        var tenant = await server.CreateTenantAsync("Forged Host");
        using var forger = From("127.0.0.1", server.Address);
        Forward(forger, Person, "https", $"{tenant.Slug}.localhost");

        using var answer = await SignInByCookieAsync(forger, server.Address.GetLeftPart(UriPartial.Authority));

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Headers.GetValues("Set-Cookie").Single().ShouldStartWith("rowhouse-session=");
        answer.Headers.Contains("Strict-Transport-Security").ShouldBeFalse();
        (await AddressOfLastSignInAsync()).ShouldBe("127.0.0.1");
        using var inTenant = new HttpRequestMessage(HttpMethod.Get, "/api/members") { Headers = { { "Cookie", answer.Headers.GetValues("Set-Cookie").Single().Split(';')[0] } } };
        await forger.SendAsync(inTenant, Cancelled).ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:tenancy:no-tenant");
    }

    [Fact]
    public async Task What_somebody_else_forwards_changes_nothing_where_proxies_are_named_either()
    {
        var settings = BehindProxies with { Url = "https://127.0.0.1:0", Certificate = MakeCertificate("server.pem") };

        await RunAsync(settings, async address =>
        {
            using var forger = From("127.0.0.1", address);
            Forward(forger, Person, "http", "rowhouse.example");
            await SignInByCookieAsync(forger, "http://rowhouse.example").ShouldBeAsync(HttpStatusCode.Forbidden);
            using var answer = await SignInByCookieAsync(forger, address.GetLeftPart(UriPartial.Authority));
            ShouldBeOfHttps(answer);
        });

        (await AddressOfLastSignInAsync()).ShouldBe("127.0.0.1");
    }

    [Fact]
    public async Task A_name_under_localhost_is_the_loopback_interface_and_no_other()
    {
        await RunAsync(server.Settings with { Url = "http://rowhouse.localhost:0" }, address =>
        {
            IPAddress.Parse(address.Host).ShouldBe(IPAddress.Loopback);
            return Task.CompletedTask;
        });
    }

    private static string ShouldBeOfHttps(HttpResponseMessage answer)
    {
        var cookie = answer.Headers.GetValues("Set-Cookie").ShouldHaveSingleItem();
        cookie.ShouldStartWith("__Host-rowhouse-session=");
        cookie.ShouldContain("; secure", Case.Insensitive);
        cookie.ShouldContain("; httponly", Case.Insensitive);
        cookie.ShouldContain("; samesite=strict", Case.Insensitive);
        cookie.ShouldContain("; path=/;", Case.Insensitive);
        cookie.ShouldNotContain("domain=", Case.Insensitive);
        return cookie.Split(';')[0];
    }

    private static Task<HttpResponseMessage> SignInByCookieAsync(HttpClient client, string origin)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/session?cookie=true")
        {
            Content = JsonContent.Create(new SignInRequest(ServerFixture.AdminEmail, ServerFixture.Password)),
            Headers = { { "Origin", origin }, { "X-Rowhouse-Request", "1" } },
        };
        return client.SendAsync(request, Cancelled);
    }

    private static Task<HttpResponseMessage> MeAsync(HttpClient client, string cookie) =>
        client.SendAsync(new(HttpMethod.Get, "/api/me") { Headers = { { "Cookie", cookie } } }, Cancelled);

    private static void Forward(HttpClient client, string callers, string schemes, string hosts)
    {
        client.DefaultRequestHeaders.Add("X-Forwarded-For", callers);
        client.DefaultRequestHeaders.Add("X-Forwarded-Proto", schemes);
        client.DefaultRequestHeaders.Add("X-Forwarded-Host", hosts);
    }

    // The whole of 127.0.0.0/8 is this machine, so a client can have the address of a proxy.
    private static HttpClient From(string source, Uri address, Action<X509Chain>? look = null)
    {
        var handler = new SocketsHttpHandler
        {
            UseCookies = false,
            ConnectCallback = async (context, cancellationToken) =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                socket.Bind(new IPEndPoint(IPAddress.Parse(source), 0));
                await socket.ConnectAsync(context.DnsEndPoint.Host, context.DnsEndPoint.Port, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, chain, _) =>
        {
            look?.Invoke(chain!); // a server's certificate always comes with one
            return certificate?.Subject == "CN=127.0.0.1";
        };
        return new(handler) { BaseAddress = address };
    }

    private static async Task RunAsync(ServerSettings settings, Func<Uri, Task> act)
    {
        using var output = new StringWriter();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var code = await ServerHost.RunAsync(
            settings,
            output,
            async address =>
            {
                await act(address);
                await stop.CancelAsync();
            },
            stop.Token);
        code.ShouldBe(0, output.ToString());
    }

    private async Task<string?> AddressOfLastSignInAsync() =>
        (await server.SuperAdmin.GetAsync("/api/platform/audit?limit=20", Cancelled).ReadAsync<Page<AuditEntryResponse>>()).Items.First(entry => entry.Action == "session.opened").Address;

    private string MakeCertificate(string file)
    {
        var (own, authority) = MakePair();
        var path = Path.Combine(folder.FullName, file);
        if (file.EndsWith(".pem", StringComparison.Ordinal))
        {
            using var key = own.GetECDsaPrivateKey()!; // made with one
            File.WriteAllText(path, string.Create(CultureInfo.InvariantCulture, $"{own.ExportCertificatePem()}\n{authority.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n"));
        }
        else
        {
            File.WriteAllBytes(path, new X509Certificate2Collection { own, X509CertificateLoader.LoadCertificate(authority.RawData) }.Export(X509ContentType.Pkcs12)!); // not empty
        }

        return path;
    }

    // What a real authority gives: the server's certificate, and the one between it and the root that clients know.
    private static (X509Certificate2 Server, X509Certificate2 Authority) MakePair()
    {
        var from = TimeProvider.System.GetUtcNow().AddDays(-1);
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var root = RequestAuthority("CN=Rowhouse test root", rootKey).CreateSelfSigned(from, from.AddDays(30));
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var authority = RequestAuthority("CN=Rowhouse test authority", authorityKey).Create(root, from, from.AddDays(30), [1]);
        var withKey = authority.CopyWithPrivateKey(authorityKey);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var signed = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256).Create(withKey, from, from.AddDays(30), [2]);
        return (signed.CopyWithPrivateKey(key), withKey);
    }

    private static CertificateRequest RequestAuthority(string name, ECDsa key) => new(name, key, HashAlgorithmName.SHA256)
    {
        CertificateExtensions = { new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true) },
    };
}
