using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using Npgsql;
using Rowhouse.Cli.Terminal;
using Rowhouse.Contracts;
using Rowhouse.Testing;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.Cli;

/// <summary>What only a real process shows: signals, and the environment it finds.</summary>
public sealed class ProcessTests(ServerFixture server) : IClassFixture<ServerFixture>, IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("rowhouse-process-");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task A_server_that_is_told_to_stop_finishes_the_requests_it_is_in()
    {
        using var serve = Serve();
        using var client = new HttpClient { BaseAddress = await serve.ReadyAsync() };
        await using var owner = new NpgsqlConnection(server.Database.ControlOwner);
        await owner.OpenAsync(Cancelled);
        await using var locking = await owner.BeginTransactionAsync(Cancelled);
        await using var take = new NpgsqlCommand("LOCK TABLE platform.sign_in_attempts IN ACCESS EXCLUSIVE MODE", owner);
        await take.ExecuteNonQueryAsync(Cancelled);
        var slow = client.PostAsJsonAsync("/api/session", new SignInRequest("nobody@rowhouse.localhost", "whatever it is"), Cancelled);
        await WaitForWaiterAsync();

        await serve.TerminateAsync();
        await Task.Delay(TimeSpan.FromSeconds(3.5), Cancelled);
        slow.IsCompleted.ShouldBeFalse("else the request was not in the way");
        await locking.RollbackAsync(Cancelled);

        await slow.ShouldBeAsync(HttpStatusCode.Unauthorized);
        (await serve.EndAsync()).Status.ShouldBe(ExitCodes.Done);
    }

    [Fact]
    public async Task A_body_that_is_on_its_way_when_the_server_stops_is_taken_or_refused_for_now()
    {
        const string body = """{"email":"nobody@rowhouse.localhost","password":"whatever it is"}""";
        using var serve = Serve();
        var address = await serve.ReadyAsync();
        using (var client = new TcpClient())
        {
            await client.ConnectAsync(address.Host, address.Port, Cancelled);
            var stream = client.GetStream();

            // A first request on the connection shows that the server has taken it.
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HEAD /health/live HTTP/1.1\r\nHost: {address.Authority}\r\n\r\n"), Cancelled);
            (await stream.ReadAsync(new byte[4096], Cancelled)).ShouldBePositive();
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST /api/session HTTP/1.1\r\nHost: {address.Authority}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body[..20]}"), Cancelled);
            await Task.Delay(500, Cancelled);

            await serve.TerminateAsync();
            await Task.Delay(TimeSpan.FromSeconds(1), Cancelled);
            await stream.WriteAsync(Encoding.ASCII.GetBytes(body[20..]), Cancelled);

            using var reader = new StreamReader(stream);
            (await reader.ReadLineAsync(Cancelled)).ShouldBeOneOf("HTTP/1.1 401 Unauthorized", "HTTP/1.1 503 Service Unavailable");
        }

        (await serve.EndAsync()).Status.ShouldBe(ExitCodes.Done);
    }

    [Fact]
    public async Task A_command_that_is_told_to_stop_says_so_in_a_word()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        using var list = CommandProcess.Start(
            folder.FullName,
            new Dictionary<string, string?> { ["ROWHOUSE_URL"] = $"http://{silent.LocalEndpoint}", ["ROWHOUSE_TOKEN"] = "x" },
            "tenants",
            "list");
        using var asked = await silent.AcceptTcpClientAsync(Cancelled);

        await list.TerminateAsync();

        var result = await list.EndAsync();
        result.Status.ShouldBe(ExitCodes.Stopped);
        result.Error.Trim().ShouldBe("Stopped.");
    }

    [Fact]
    public async Task The_frameworks_own_settings_open_no_other_way_in()
    {
        var others = new[] { FreePorts.Take(), FreePorts.Take() };
        using var serve = Serve(new()
        {
            ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{others[0]}",
            ["Kestrel__Endpoints__Other__Url"] = $"http://127.0.0.1:{others[1]}",
            ["ASPNETCORE_FORWARDEDHEADERS_ENABLED"] = "true",
        });
        var address = await serve.ReadyAsync();

        foreach (var port in others)
        {
            using var other = new TcpClient();
            await Should.ThrowAsync<SocketException>(() => other.ConnectAsync(IPAddress.Loopback, port, Cancelled).AsTask());
        }

        using var client = new HttpClient { BaseAddress = address, DefaultRequestHeaders = { { "X-Forwarded-For", "203.0.113.9" } } };
        await client.PostAsJsonAsync("/api/session", new SignInRequest(ServerFixture.AdminEmail, ServerFixture.Password), Cancelled).ShouldBeAsync(HttpStatusCode.OK);
        var audit = await server.SuperAdmin.GetAsync("/api/platform/audit?limit=1", Cancelled).ReadAsync<Page<AuditEntryResponse>>();
        audit.Items.Single().Address.ShouldBe("127.0.0.1");
    }

    private CommandProcess Serve(Dictionary<string, string?>? environment = null) => CommandProcess.Serve(
        folder.FullName, server.Database, new Dictionary<string, string?>(environment ?? []) { ["ROWHOUSE_PLATFORM_KEY_FILE"] = server.Settings.PlatformKeyFile });

    /// <summary>Waits until somebody waits for the locked table.</summary>
    private async Task WaitForWaiterAsync()
    {
        await using var database = NpgsqlDataSource.Create(server.Database.Control!);
        await using var waiting = database.CreateCommand("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = 'platform.sign_in_attempts'::regclass)");
        await Eventually.UntilAsync(async () => await waiting.ExecuteScalarAsync(Cancelled) is true, Cancelled);
    }
}
