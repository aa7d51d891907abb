using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Rowhouse.Contracts;
using Rowhouse.Server;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Testing;

namespace Rowhouse.Tests.Server;

/// <summary>A whole server on a database of its own, as people run it: Kestrel, PostgreSQL, the application's roles.</summary>
public class ServerFixture : IAsyncLifetime
{
    public const string AdminEmail = "admin@rowhouse.localhost";
    public const string Password = "correct horse battery staple";

    private readonly DirectoryInfo data = Directory.CreateTempSubdirectory("rowhouse-test-");
    private WebApplication? server;
    private int people;

    /// <summary>What the server runs on.</summary>
    public PostgresConnections Database { get; private set; } = null!;

    /// <summary>Where the server listens.</summary>
    public Uri Address { get; private set; } = null!;

    public IServiceProvider Services => server!.Services;

    /// <summary>What the server was told.</summary>
    public ServerSettings Settings { get; private set; } = null!;

    /// <summary>Sends as nobody.</summary>
    public HttpClient Nobody { get; private set; } = null!;

    /// <summary>Sends as the platform's super-admin.</summary>
    public HttpClient SuperAdmin { get; private set; } = null!;

    /// <summary>Names the database that this server's is a copy of. A server that has other modules has one of its own.</summary>
    protected virtual string Template => "rowhouse_server";

    /// <summary>Whether tenants that are made for tests share a home or have one each.</summary>
    protected virtual string CloudType => "public";

    /// <summary>Makes the databases that the server runs on, migrated.</summary>
    protected virtual Task<PostgresConnections> MakeDatabaseAsync() => new PostgresFixture().CreateDatabaseAsync(Template, PrepareAsync, withControl: true);

    /// <summary>What this server is told besides the defaults.</summary>
    protected virtual ServerSettings Configure(ServerSettings settings) => settings;

    /// <summary>What this server has besides the real services.</summary>
    protected virtual void Configure(WebApplicationBuilder builder)
    {
    }

    public virtual async ValueTask InitializeAsync()
    {
        Database = await MakeDatabaseAsync();
        Settings = SettingsFor(Database with { Owner = null, ControlOwner = null });
        server = Build(Settings);
        await server.StartAsync();
        Address = new(server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        Nobody = Client();
        SuperAdmin = await SignInAsync(AdminEmail, Password);
    }

    public virtual async ValueTask DisposeAsync()
    {
        Nobody?.Dispose();
        SuperAdmin?.Dispose();
        if (server is not null)
        {
            await server.StopAsync();
            await server.DisposeAsync();
        }

        data.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Sends as whoever has this token, in a tenant if one is named.</summary>
    public HttpClient Client(string? token = null, string? tenant = null)
    {
        // Cookies are set by hand where a test is about them.
        var client = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = Address };
        if (token is not null)
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        if (tenant is not null)
        {
            client.DefaultRequestHeaders.Add("X-Tenant-Id", tenant);
        }

        return client;
    }

    /// <summary>Signs somebody in.</summary>
    public async Task<HttpClient> SignInAsync(string email, string password, string? tenant = null) =>
        Client((await OpenSessionAsync(email, password)).Token, tenant);

    /// <summary>Accepts an invitation as somebody new.</summary>
    /// <param name="link">The one-time link.</param>
    /// <param name="password">The password that they choose.</param>
    public Task<HttpResponseMessage> SetPasswordAsync(string link, string password = Password) =>
        Nobody.PostAsJsonAsync("/api/password/set", new SetPasswordRequest(TokenOf(link), password));

    /// <summary>The secret of a one-time link.</summary>
    public static string TokenOf(string link) => link[(link.IndexOf('=', StringComparison.Ordinal) + 1)..];

    /// <summary>Signs the super-admin in anew: for tests that move the clock.</summary>
    public async Task RenewSuperAdminAsync()
    {
        SuperAdmin.Dispose();
        SuperAdmin = await SignInAsync(AdminEmail, Password);
    }

    /// <summary>Makes a tenant with an admin who is signed in.</summary>
    /// <param name="name">Its name; the slug is made from it.</param>
    /// <param name="products">What it subscribes to.</param>
    public async Task<TestTenant> CreateTenantAsync(string name, params string[] products)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/tenants")
        {
            Headers = { { "Prefer", "wait=60" } },
            Content = JsonContent.Create(new { name, products, cloudType = CloudType }),
        };
        using var answer = await SuperAdmin.SendAsync(request);
        if (answer.StatusCode is not HttpStatusCode.Created)
        {
            throw new InvalidOperationException($"The tenant was not made: {await answer.Content.ReadAsStringAsync()}");
        }

        var tenant = (await answer.Content.ReadFromJsonAsync<TenantResponse>())!;
        return new(this, tenant, await AddMemberAsync(tenant.Slug, "admin"));
    }

    /// <summary>Invites a new person into a tenant as the platform's staff do, accepts for them, and signs them in.</summary>
    public async Task<TestMember> AddMemberAsync(string tenant, string role)
    {
        var email = $"{role}{Interlocked.Increment(ref people)}@{tenant}.localhost";
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/members")
        {
            Headers = { { "X-Tenant-Id", tenant } },
            Content = JsonContent.Create(new AddMemberRequest { Email = email, Name = $"{tenant} {role}", Role = role }),
        };
        using var answer = await SuperAdmin.SendAsync(request);
        answer.EnsureSuccessStatusCode();
        var member = (await answer.Content.ReadFromJsonAsync<MemberResponse>())!;
        using var accepted = await SetPasswordAsync(member.InvitationLink!);
        accepted.EnsureSuccessStatusCode();
        var session = await OpenSessionAsync(email, Password);
        return new(session.Person.Id, member.Id, email, Client(session.Token, tenant));
    }

    /// <summary>Migrates databases and makes the super-admin: what every server begins with. The demo's password is kept in each server's own folder.</summary>
    protected async Task PrepareAsync(PostgresConnections database)
    {
        await using var first = Build(SettingsFor(database) with { Demo = false });
        await first.StartAsync();
        await first.StopAsync();
    }

    private async Task<SessionResponse> OpenSessionAsync(string email, string password)
    {
        using var answer = await Nobody.PostAsJsonAsync("/api/session", new SignInRequest(email, password));
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<SessionResponse>())!;
    }

    private ServerSettings SettingsFor(PostgresConnections database) => Configure(new ServerSettings
    {
        Url = "http://127.0.0.1:0",
        DataFolder = data.FullName,
        PlatformKeyFile = Path.Combine(data.FullName, "platform-key"), // also of servers that a test starts beside this one
        AdminEmail = AdminEmail,
        AdminPassword = Password,
        PooledHomes = 0, // whoever is about them asks for some
        SignInBurst = 100_000, // all tests come from one address
        Database = database,
    });

    private WebApplication Build(ServerSettings settings) => ServerHost.Build(settings, builder =>
    {
        builder.Logging.ClearProviders();
        Configure(builder);
    });
}

/// <summary>A tenant with an admin who is signed in.</summary>
public sealed record TestTenant(ServerFixture Server, TenantResponse Tenant, TestMember Admin)
{
    public Guid Id => Tenant.Id;

    public string Slug => Tenant.Slug;

    /// <summary>Makes a new person a member, and signs them in.</summary>
    public Task<TestMember> AddMemberAsync(string role) => Server.AddMemberAsync(Slug, role);
}

/// <summary>A member of a tenant who is signed in.</summary>
/// <param name="Id">The person's id.</param>
/// <param name="MemberId">Their id as a member of the tenant.</param>
/// <param name="Email">The person's address.</param>
/// <param name="Client">Sends as this person in the tenant.</param>
public sealed record TestMember(Guid Id, Guid MemberId, string Email, HttpClient Client);
