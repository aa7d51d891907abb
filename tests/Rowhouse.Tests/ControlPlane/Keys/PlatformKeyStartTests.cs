using System.Net.Http.Json;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Keys;
using Rowhouse.Server;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.Keys;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Testing;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane.Keys;

/// <summary>What servers do with the platform's key when they start, and what they refuse.</summary>
public sealed class PlatformKeyStartTests : IClassFixture<PostgresFixture>, IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("rowhouse-keys-");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string FilePath => Path.Combine(folder.FullName, "platform-key");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task The_first_start_makes_the_file_and_later_ones_use_it()
    {
        var settings = await SettingsAsync();
        TenantId tenant;
        byte[] envelope;
        await using (var first = await StartAsync(settings))
        {
            File.GetUnixFileMode(FilePath).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
            tenant = await MakeTenantAsync(first);
            envelope = (await KeysOf(first).GetCurrentAsync(tenant, Token)).Seal("secret:x", [7]);
        }

        var written = await File.ReadAllTextAsync(FilePath, Token);
        await using var second = await StartAsync(settings);

        (await KeysOf(second).GetCurrentAsync(tenant, Token)).Open("secret:x", envelope).ShouldBe([7]);
        (await File.ReadAllTextAsync(FilePath, Token)).ShouldBe(written);
    }

    [Fact]
    public async Task The_keys_are_there_before_the_control_plane_works_in_the_background()
    {
        await using var server = await StartAsync(await SettingsAsync());

        var services = server.Services.GetServices<IHostedService>().ToList();
        var workers = services.Where(service => service is BackgroundService && service.GetType().Assembly == typeof(PlatformKeyStartup).Assembly).ToList();

        workers.Count.ShouldBeGreaterThan(3);
        workers.ShouldAllBe(worker => services.IndexOf(worker) > services.FindIndex(service => service is PlatformKeyStartup));
    }

    [Fact]
    public async Task A_lost_file_stops_the_start_and_no_new_one_is_made()
    {
        var settings = await SettingsAsync();
        await using (var first = await StartAsync(settings))
        {
            await MakeTenantAsync(first);
        }

        var kept = Path.Combine(folder.FullName, "copy");
        File.Move(FilePath, kept);

        var said = await RefusedAsync(settings);

        said.ShouldContain($"'{FilePath}' is not there");
        said.ShouldContain("Restore the file");
        said.ShouldContain("ROWHOUSE_PLATFORM_KEY_FILE");
        File.Exists(FilePath).ShouldBeFalse();
        await using var found = await StartAsync(settings with { PlatformKeyFile = kept });
    }

    [Fact]
    public async Task A_file_that_was_made_anew_stops_the_start()
    {
        var settings = await SettingsAsync();
        await using (var first = await StartAsync(settings))
        {
            await MakeTenantAsync(first);
        }

        await File.WriteAllTextAsync(FilePath, Line("anew"), Token);

        (await RefusedAsync(settings)).ShouldContain("it has 'anew'");
    }

    [Fact]
    public async Task The_same_id_with_another_key_stops_the_start()
    {
        var settings = await SettingsAsync();
        Write(Line("same"));
        await using (var first = await StartAsync(settings))
        {
            await MakeTenantAsync(first);
        }

        Write(Line("same"));

        (await RefusedAsync(settings)).ShouldContain("does not have that");
    }

    [Fact]
    public async Task A_file_that_others_can_read_stops_the_start()
    {
        Write(Line("open"));
        File.SetUnixFileMode(FilePath, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);

        (await RefusedAsync(await SettingsAsync())).ShouldContain($"chmod 600 '{FilePath}'");
    }

    [Fact]
    public async Task A_damaged_file_stops_the_start_and_is_not_shown()
    {
        var line = Line("damaged");
        Write(line[..^2]);

        var said = await RefusedAsync(await SettingsAsync());

        said.ShouldContain("Line 1 is no key");
        said.ShouldNotContain(line[10..40]);
    }

    [Fact]
    public async Task A_second_server_with_another_file_is_refused_and_one_with_the_same_opens_what_the_first_has_sealed()
    {
        var settings = await SettingsAsync();
        var other = settings with { DataFolder = Path.Combine(folder.FullName, "other") };
        await using var first = await StartAsync(settings);
        var tenant = await MakeTenantAsync(first);
        var envelope = (await KeysOf(first).GetCurrentAsync(tenant, Token)).Seal("secret:x", [7]);

        (await RefusedAsync(other)).ShouldContain("is not there");
        await File.WriteAllTextAsync(Path.Combine(other.DataFolder, "platform-key"), Line("other"), Token);
        File.SetUnixFileMode(Path.Combine(other.DataFolder, "platform-key"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        (await RefusedAsync(other)).ShouldContain("All servers of an installation have the same file");

        await using var second = await StartAsync(other with { PlatformKeyFile = FilePath });
        (await KeysOf(second).GetCurrentAsync(tenant, Token)).Open("secret:x", envelope).ShouldBe([7]);
    }

    // Both find an empty database; the second makes the first one's key nobody's, so that they can never wrap side by side.
    [Fact]
    public async Task Of_two_servers_with_different_files_that_start_before_there_are_tenants_one_makes_no_tenants()
    {
        var settings = await SettingsAsync();
        await using var first = await StartAsync(settings);
        await using var second = await StartAsync(settings with { DataFolder = Path.Combine(folder.FullName, "other") });
        await MakeTenantAsync(second);

        using var client = await SignInAsync(first);
        using var refused = await client.PostAsJsonAsync("/api/tenants", new { name = "By the first" }, Token);
        ((int)refused.StatusCode).ShouldBe(500);

        await using var control = NpgsqlDataSource.Create(settings.Database!.Control!); // SettingsAsync made both
        await using var count = control.CreateCommand("SELECT count(DISTINCT platform_key) FROM platform.tenant_keys");
        (await count.ExecuteScalarAsync(Token)).ShouldBe(1L);
        await first.StopAsync(Token);
        (await RefusedAsync(settings)).ShouldContain("All servers of an installation have the same file");
    }

    [Fact]
    public async Task A_second_server_with_another_key_of_the_same_id_is_refused_before_anything_is_wrapped()
    {
        var settings = await SettingsAsync();
        await WriteAsync(FilePath, Line("same"));
        var other = settings with { PlatformKeyFile = Path.Combine(folder.FullName, "other-key") };
        await WriteAsync(other.PlatformKeyFile, Line("same"));
        await using var first = await StartAsync(settings);

        (await RefusedAsync(other)).ShouldContain("Another server has a key 'same'");
        await MakeTenantAsync(first);

        static async Task WriteAsync(string path, string line)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!); // it names a folder
            await File.WriteAllTextAsync(path, line, Token);
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    [Fact]
    public async Task Servers_that_start_at_once_with_one_file_share_what_is_made()
    {
        var settings = await SettingsAsync();

        var servers = await Task.WhenAll(Enumerable.Range(0, 3).Select(i => StartAsync(settings with { DataFolder = Path.Combine(folder.FullName, $"{i}"), PlatformKeyFile = FilePath })));

        var tenant = await MakeTenantAsync(servers[0]);
        var envelope = (await KeysOf(servers[1]).GetCurrentAsync(tenant, Token)).Seal("secret:x", [7]);
        (await KeysOf(servers[2]).GetCurrentAsync(tenant, Token)).Open("secret:x", envelope).ShouldBe([7]);
        foreach (var server in servers)
        {
            await server.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_key_on_top_wraps_what_is_new_the_old_one_opens_and_may_go_once_all_is_wrapped_anew()
    {
        var settings = await SettingsAsync();
        var (old, next) = (Line("old"), Line("next"));
        Write(old);
        TenantId before;
        byte[] envelope;
        await using (var first = await StartAsync(settings))
        {
            before = await MakeTenantAsync(first);
            envelope = (await KeysOf(first).GetCurrentAsync(before, Token)).Seal("secret:x", [7]);
        }

        Write($"{next}\n{old}");
        await using (var second = await StartAsync(settings))
        {
            var after = await MakeTenantAsync(second);
            (await WrappedByAsync(settings, before), await WrappedByAsync(settings, after)).ShouldBe(("old", "next"));
            (await KeysOf(second).GetCurrentAsync(before, Token)).Open("secret:x", envelope).ShouldBe([7]);
        }

        Write(next);
        (await RefusedAsync(settings)).ShouldContain("sealed by 'old'");

        Write($"{next}\n{old}");
        await using (var third = await StartAsync(settings))
        {
            (await third.Services.GetRequiredService<RewrapKeys>().RunAsync(batchDone: null, Token)).ShouldBe(1);
            (await WrappedByAsync(settings, before)).ShouldBe("next");
        }

        Write(next);
        await using var last = await StartAsync(settings);
        (await KeysOf(last).GetCurrentAsync(before, Token)).Open("secret:x", envelope).ShouldBe([7]);
    }

    [Fact]
    public async Task Wrapping_anew_that_is_cut_off_half_way_goes_on_where_it_was()
    {
        const int rotations = 449;
        var settings = await SettingsAsync();
        var (old, next) = (Line("old"), Line("next"));
        Write(old);
        TenantId tenant;
        await using (var first = await StartAsync(settings))
        {
            tenant = await MakeTenantAsync(first);
            for (var i = 0; i < rotations; i++)
            {
                await KeysOf(first).RotateAsync(tenant, Token);
            }
        }

        Write($"{next}\n{old}");
        await using (var second = await StartAsync(settings))
        {
            await Should.ThrowAsync<TimeoutException>(() => second.Services.GetRequiredService<RewrapKeys>().RunAsync(_ => throw new TimeoutException(), Token));
            (await CountAsync(settings, "old"), await CountAsync(settings, "next")).ShouldBe((250, 200));
        }

        // By two servers at once.
        await using var third = await StartAsync(settings);
        await using var fourth = await StartAsync(settings);
        List<int> told = [];
        var done = await Task.WhenAll(
            third.Services.GetRequiredService<RewrapKeys>().RunAsync(told.Add, Token), fourth.Services.GetRequiredService<RewrapKeys>().RunAsync(batchDone: null, Token));

        done.Sum().ShouldBe(250);
        told.ShouldNotBeEmpty();
        (await CountAsync(settings, "old"), await CountAsync(settings, "next")).ShouldBe((0, rotations + 1));
        (await KeysOf(third).GetAsync(tenant, 1, Token)).Version.ShouldBe(1);
        (await KeysOf(fourth).GetCurrentAsync(tenant, Token)).Version.ShouldBe(rotations + 1);
        (await third.Services.GetRequiredService<RewrapKeys>().RunAsync(batchDone: null, Token)).ShouldBe(0);
    }

    [Fact]
    public void The_file_is_named_by_a_setting()
    {
        ServerSettings From(string? file) => ServerSettings.From(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["ROWHOUSE_PLATFORM_KEY_FILE"] = file }).Build());

        From("/run/secrets/key").PlatformKeyFile.ShouldBe("/run/secrets/key");
        From("key").PlatformKeyFile.ShouldBe(Path.GetFullPath("key"));
        From(null).PlatformKeyFile.ShouldBeNull();
    }

    private static TenantKeys KeysOf(WebApplication server) => (TenantKeys)server.Services.GetRequiredService<ITenantKeys>();

    private static string Line(string id) => $"{id} {Convert.ToBase64String(RandomNumberGenerator.GetBytes(Envelope.KeyLength))}";

    private static async Task<WebApplication> StartAsync(ServerSettings settings)
    {
        var server = ServerHost.Build(settings, builder => builder.Logging.ClearProviders());
        await server.StartAsync(Token);
        return server;
    }

    private static async Task<string> RefusedAsync(ServerSettings settings)
    {
        using var output = new StringWriter();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        (await ServerHost.RunAsync(settings, output, _ => stop.CancelAsync(), stop.Token)).ShouldBe(1, output.ToString());
        output.ToString().ShouldNotContain("   at ");
        return output.ToString();
    }

    private static async Task<HttpClient> SignInAsync(WebApplication server)
    {
        var client = new HttpClient { BaseAddress = new(server.Urls.First()) };
        var session = await client.PostAsJsonAsync("/api/session", new SignInRequest(ServerFixture.AdminEmail, ServerFixture.Password), Token).ReadAsync<SessionResponse>();
        client.DefaultRequestHeaders.Authorization = new("Bearer", session.Token);
        return client;
    }

    private static async Task<TenantId> MakeTenantAsync(WebApplication server)
    {
        using var client = await SignInAsync(server);
        return new((await client.PostAsJsonAsync("/api/tenants", new { name = "Keyed" }, Token).ReadAsync<TenantResponse>(System.Net.HttpStatusCode.Created)).Id);
    }

    private static async Task<string> WrappedByAsync(ServerSettings settings, TenantId tenant) => (string)await ScalarAsync(settings, $"SELECT platform_key FROM platform.tenant_keys WHERE tenant_id = '{tenant}'");

    private static async Task<long> CountAsync(ServerSettings settings, string key) => (long)await ScalarAsync(settings, $"SELECT count(*) FROM platform.tenant_keys WHERE platform_key = '{key}'");

    private static async Task<object> ScalarAsync(ServerSettings settings, string sql)
    {
        await using var control = NpgsqlDataSource.Create(settings.Database!.Control!); // SettingsAsync made both
        await using var command = control.CreateCommand(sql);
        return (await command.ExecuteScalarAsync(Token)).ShouldNotBeNull();
    }

    private void Write(string text)
    {
        File.WriteAllText(FilePath, text + "\n");
        File.SetUnixFileMode(FilePath, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private async Task<ServerSettings> SettingsAsync() => new()
    {
        Url = "http://127.0.0.1:0",
        DataFolder = folder.FullName,
        AdminEmail = ServerFixture.AdminEmail,
        AdminPassword = ServerFixture.Password,
        PooledHomes = 0,
        Database = await new PostgresFixture().CreateDatabaseAsync("rowhouse_keyless", PrepareAsync, withControl: true) with { Owner = null, ControlOwner = null },
    };

    // Migrated by a server whose key nobody will see again.
    private static async Task PrepareAsync(PostgresConnections database)
    {
        var scratch = Directory.CreateTempSubdirectory("rowhouse-keys-");
        await using (var first = await StartAsync(new()
        {
            Url = "http://127.0.0.1:0", DataFolder = scratch.FullName, AdminEmail = ServerFixture.AdminEmail, AdminPassword = ServerFixture.Password, Database = database,
        }))
        {
            await first.StopAsync(Token);
        }

        scratch.Delete(recursive: true);
    }
}
