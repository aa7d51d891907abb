using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Rowhouse.Contracts;
using Rowhouse.Contracts.CardVault;
using Rowhouse.ControlPlane;
using Rowhouse.Server;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Testing;
using Shouldly;

namespace Rowhouse.Tests.Server;

public sealed class HostTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/health/live", "live")]
    [InlineData("/health/ready", "ready")]
    public async Task Health_needs_nobody(string path, string status) =>
        (await server.Nobody.GetStringAsync(path, Cancelled)).ShouldContain(status);

    [Fact]
    public async Task The_answer_of_readiness_is_remembered_for_a_second()
    {
        var clock = new FakeTimeProvider();
        await using var own = ServerHost.Build(server.Settings, builder =>
        {
            builder.Logging.ClearProviders();
            builder.Services.AddSingleton<TimeProvider>(clock);
        });
        await own.StartAsync(Cancelled);
        using var client = new HttpClient { BaseAddress = new(own.Urls.First()) };
        await client.GetAsync("/health/ready", Cancelled).ShouldBeAsync(HttpStatusCode.OK);

        await own.Services.GetRequiredService<PostgresStore>().Application.DisposeAsync();
        await client.GetAsync("/health/ready", Cancelled).ShouldBeAsync(HttpStatusCode.OK);
        clock.Advance(TimeSpan.FromSeconds(1));
        await client.GetAsync("/health/ready", Cancelled).ShouldBeAsync(HttpStatusCode.InternalServerError);
    }

    [Fact]
    public async Task Answers_with_data_are_kept_by_nobody()
    {
        using var answer = await server.SuperAdmin.GetAsync("/api/tenants", Cancelled);

        Header(answer, "Cache-Control").ShouldBe("no-store");
    }

    [Theory]
    [InlineData("http://0.0.0.0:5080", "ROWHOUSE_PROXIES")]
    [InlineData("http://+:5080", "ROWHOUSE_PROXIES")]
    [InlineData("http://rowhouse.example", "ROWHOUSE_PROXIES")]
    [InlineData("http://192.0.2.7:80", "ROWHOUSE_CERTIFICATE")]
    [InlineData("https://rowhouse.example", "ROWHOUSE_CERTIFICATE")]
    [InlineData("http://+:8080", "ROWHOUSE_PROXIES")]
    [InlineData("http://*", "ROWHOUSE_PROXIES")]
    [InlineData("http://[::]:5080", "ROWHOUSE_PROXIES")]
    [InlineData("http://localhost.example:5080", "ROWHOUSE_PROXIES")]
    [InlineData("http://127.0.0.1.example:5080", "ROWHOUSE_PROXIES")]
    [InlineData("", "ROWHOUSE_URL")]
    [InlineData("http://", "http://localhost:5080")]
    [InlineData("http://localhost:99999", "http://localhost:5080")]
    [InlineData("http://[::1", "http://localhost:5080")]
    [InlineData("http://localhost:5080#x", "http://localhost:5080")]
    [InlineData("http://me@localhost:5080", "http://localhost:5080")]
    [InlineData("http://localhost:5080;http://0.0.0.0:5081", "http://localhost:5080")]
    [InlineData("unix:/tmp/x", "http://localhost:5080")]
    [InlineData("localhost:5080", "http://localhost:5080")]
    [InlineData("ftp://localhost", "http://localhost:5080")]
    [InlineData("http://localhost:5080/base", "http://localhost:5080")]
    public async Task An_address_that_would_carry_passwords_in_the_open_stops_the_start_and_says_how_to_mend_it(string url, string mends)
    {
        using var output = new StringWriter();

        (await ServerHost.RunAsync(server.Settings with { Url = url }, output, cancellationToken: Cancelled)).ShouldBe(1);

        output.ToString().ShouldContain(mends);
    }

    [Fact]
    public async Task Another_environment_than_production_is_not_taken()
    {
        Environment.SetEnvironmentVariable("ASPNETCORE_ENVIRONMENT", "Development");
        try
        {
            await using var own = ServerHost.Build(server.Settings);
            own.Environment.EnvironmentName.ShouldBe("Production");
        }
        finally
        {
            Environment.SetEnvironmentVariable("ASPNETCORE_ENVIRONMENT", null);
        }
    }

    [Fact]
    public async Task The_database_comes_from_where_the_other_settings_come_from()
    {
        var settings = ServerSettings.From(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ROWHOUSE_DATA"] = server.Settings.DataFolder,
            ["ROWHOUSE_DATABASE"] = server.Database.Application,
            ["ROWHOUSE_DATABASE_PLATFORM"] = server.Database.Platform,
            ["ROWHOUSE_DATABASE_CONTROL"] = server.Database.Control!,
            ["ROWHOUSE_DATABASE_MOVER"] = server.Database.Mover!,
        }).Build());

        await RunAsync(settings, client => client.PostAsJsonAsync("/api/session", new SignInRequest(ServerFixture.AdminEmail, ServerFixture.Password), Cancelled).ShouldBeAsync(HttpStatusCode.OK));
    }

    [Fact]
    public async Task A_data_folder_that_cannot_be_one_stops_the_start_and_is_named()
    {
        var file = Path.Combine(server.Settings.DataFolder, "somebodys-notes");
        await File.WriteAllTextAsync(file, "", Cancelled);
        using var output = new StringWriter();

        (await ServerHost.RunAsync(new ServerSettings { Url = "http://127.0.0.1:0", DataFolder = file }, output, cancellationToken: Cancelled)).ShouldBe(1);

        output.ToString().ShouldContain(file);
        output.ToString().ShouldContain("ROWHOUSE_DATA");
    }

    [Fact]
    public async Task A_busy_port_stops_the_start_and_says_so()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var url = $"http://127.0.0.1:{((IPEndPoint)other.LocalEndpoint).Port}";
        using var output = new StringWriter();

        (await ServerHost.RunAsync(server.Settings with { Url = url }, output, cancellationToken: Cancelled)).ShouldBe(1);

        output.ToString().ShouldContain($"{url} is in use");
        output.ToString().ShouldContain("ROWHOUSE_URL");
    }

    [Fact]
    public async Task A_password_against_the_rules_stops_the_first_start()
    {
        var database = await new PostgresFixture().CreateDatabaseAsync(withControl: true);
        using var output = new StringWriter();

        (await ServerHost.RunAsync(server.Settings with { Database = database, AdminPassword = "short" }, output, cancellationToken: Cancelled)).ShouldBe(1);

        output.ToString().ShouldContain("ROWHOUSE_ADMIN_PASSWORD");
        output.ToString().ShouldContain("at least 8 characters");
    }

    [Fact]
    public async Task The_first_start_makes_a_password_and_keeps_it_until_it_is_changed()
    {
        var data = Directory.CreateTempSubdirectory("rowhouse-first-");
        try
        {
            var settings = server.Settings with { Database = await new PostgresFixture().CreateDatabaseAsync(withControl: true), DataFolder = data.FullName, AdminPassword = null };
            var file = Path.Combine(data.FullName, "first-password");
            var password = "";
            var said = await RunAsync(settings, async client =>
            {
                password = (await File.ReadAllTextAsync(file, Cancelled)).Trim();
                if (!OperatingSystem.IsWindows())
                {
                    File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
                }

                var session = await client.PostAsJsonAsync("/api/session", new SignInRequest(settings.AdminEmail, password), Cancelled).ReadAsync<SessionResponse>();
                session.SuperAdmin.ShouldBeTrue();
            });
            said.ShouldContain(password);
            said.ShouldContain(settings.AdminEmail);

            said = await RunAsync(settings, async client =>
            {
                var session = await client.PostAsJsonAsync("/api/session", new SignInRequest(settings.AdminEmail, password), Cancelled).ReadAsync<SessionResponse>();
                client.DefaultRequestHeaders.Authorization = new("Bearer", session.Token);
                await client.PostAsJsonAsync("/api/password/change", new ChangePasswordRequest(password, "a password of my own"), Cancelled).ShouldBeAsync(HttpStatusCode.NoContent);
            });
            said.ShouldContain(password);
            File.Exists(file).ShouldBeFalse();

            (await RunAsync(settings, client => client.PostAsJsonAsync("/api/session", new SignInRequest(settings.AdminEmail, "a password of my own"), Cancelled).ShouldBeAsync(HttpStatusCode.OK)))
                .ShouldNotContain("password");
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_demo_has_two_tenants_with_a_person_of_each_role_however_often_it_starts()
    {
        var settings = server.Settings with { Database = await new PostgresFixture().CreateDatabaseAsync(withControl: true), Demo = true };

        for (var start = 0; start < 2; start++)
        {
            var said = await RunAsync(settings, async client =>
            {
                foreach (var slug in new[] { "smith", "harbor" })
                {
                    foreach (var role in new[] { "admin", "editor", "member", "viewer" })
                    {
                        var session = await client.PostAsJsonAsync("/api/session", new SignInRequest($"{role}@{slug}.localhost", DemoPassword(settings)), Cancelled).ReadAsync<SessionResponse>();
                        session.Tenants.ShouldHaveSingleItem().Role.ShouldBe(role);
                        session.SuperAdmin.ShouldBeFalse();
                    }
                }
            });
            said.ShouldContain("admin@smith.localhost");
            said.ShouldContain(DemoPassword(settings));
        }
    }

    [Fact]
    public async Task The_demo_peoples_password_does_not_run_the_platform()
    {
        var settings = server.Settings with { Database = await new PostgresFixture().CreateDatabaseAsync(withControl: true), Demo = true };

        await RunAsync(settings, async client =>
        {
            await client.PostAsJsonAsync("/api/session", new SignInRequest(settings.AdminEmail, DemoPassword(settings)), Cancelled).ShouldBeAsync(HttpStatusCode.Unauthorized);
            await client.PostAsJsonAsync("/api/session", new SignInRequest("admin@smith.localhost", ServerFixture.Password), Cancelled).ShouldBeAsync(HttpStatusCode.Unauthorized);
        });
    }

    [Fact]
    public async Task The_demo_leaves_a_tenant_alone_that_it_did_not_make()
    {
        var settings = server.Settings with { Database = await new PostgresFixture().CreateDatabaseAsync(withControl: true) };
        await RunAsync(settings, async client =>
        {
            var session = await client.PostAsJsonAsync("/api/session", new SignInRequest(settings.AdminEmail, ServerFixture.Password), Cancelled).ReadAsync<SessionResponse>();
            client.DefaultRequestHeaders.Authorization = new("Bearer", session.Token);
            await client.PostAsJsonAsync("/api/tenants", new { name = "Smith", slug = "smith", products = new[] { "cardvault" } }, Cancelled).ShouldBeAsync(HttpStatusCode.Created);
        });

        await RunAsync(settings with { Demo = true }, async client =>
        {
            var session = await client.PostAsJsonAsync("/api/session", new SignInRequest(settings.AdminEmail, ServerFixture.Password), Cancelled).ReadAsync<SessionResponse>();
            client.DefaultRequestHeaders.Authorization = new("Bearer", session.Token);
            (await client.GetAsync("/t/smith/api/members", Cancelled).ReadAsync<Page<MemberResponse>>()).Items.ShouldBeEmpty();
            (await client.GetAsync("/t/smith/api/cardvault/cards", Cancelled).ReadAsync<Page<CardResponse>>()).Items.ShouldBeEmpty();
            (await client.GetAsync("/t/harbor/api/cardvault/cards", Cancelled).ReadAsync<Page<CardResponse>>()).Items.ShouldNotBeEmpty();
        });
    }

    [Fact]
    public async Task Two_servers_in_one_process_do_not_know_of_each_other()
    {
        var settings = server.Settings with { Database = await new PostgresFixture().CreateDatabaseAsync(withControl: true) };
        var tenant = await server.CreateTenantAsync("First Server");

        await RunAsync(settings, async client =>
        {
            client.DefaultRequestHeaders.Authorization = server.SuperAdmin.DefaultRequestHeaders.Authorization;
            await client.GetAsync("/api/me", Cancelled).ShouldBeAsync(HttpStatusCode.Unauthorized);
            var session = await client.PostAsJsonAsync("/api/session", new SignInRequest(ServerFixture.AdminEmail, ServerFixture.Password), Cancelled).ReadAsync<SessionResponse>();
            client.DefaultRequestHeaders.Authorization = new("Bearer", session.Token);
            await client.GetAsync($"/api/tenants/{tenant.Slug}", Cancelled).ShouldBeAsync(HttpStatusCode.NotFound);
        });
    }

    // Runs a server, does something with it, stops it; what it said to the person who started it.
    private static async Task<string> RunAsync(ServerSettings settings, Func<HttpClient, Task> act)
    {
        using var output = new StringWriter();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var code = await ServerHost.RunAsync(
            settings with { Url = "http://127.0.0.1:0" },
            output,
            async address =>
            {
                using var client = new HttpClient { BaseAddress = address };
                await act(client);
                await stop.CancelAsync();
            },
            stop.Token);
        code.ShouldBe(0, output.ToString());
        return output.ToString();
    }

    private static string Header(HttpResponseMessage answer, string name) => string.Join(", ", answer.Headers.GetValues(name));

    private static string DemoPassword(ServerSettings settings) => PasswordFile.OfDemoPeople(settings.DataFolder).Read().ShouldNotBeNull();
}
