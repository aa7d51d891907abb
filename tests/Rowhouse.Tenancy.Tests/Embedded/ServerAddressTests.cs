using Rowhouse.Tenancy.Postgres.Embedded;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Embedded;

public sealed class ServerAddressTests : IDisposable
{
    private readonly ServerFolder folder = new();
    private readonly ServerAccount account = ServerAccount.ForNewCluster();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task The_first_folder_that_can_hold_a_socket_is_taken_and_closed_to_others()
    {
        var tooLong = Path.Combine(folder.Data, new string('x', 100));
        var misread = Path.Combine(folder.Data, "a,b");
        var good = Path.Combine(folder.Data, "run");

        var address = await ServerAddress.ChooseAsync([tooLong, misread, good], null, account, Cancellation);

        address.ShouldBe(new ServerAddress(good, 5432));
        File.GetUnixFileMode(good).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [Fact]
    public async Task A_folder_that_somebody_else_laid_a_link_to_is_not_taken()
    {
        Directory.CreateDirectory(folder.Data);
        var link = Path.Combine(folder.Data, "link");
        Directory.CreateSymbolicLink(link, Directory.CreateDirectory(Path.Combine(folder.Data, "elsewhere")).FullName);

        var address = await ServerAddress.ChooseAsync([link], null, account, Cancellation);

        address.IsSocket.ShouldBeFalse();
    }

    [Fact]
    public void Root_never_uses_a_folder_that_others_could_have_made()
    {
        var folders = ServerAddress.SocketFolders("/var/lib/home").ToList();

        folders.ShouldNotBeEmpty();
        folders.Any(place => place.StartsWith("/tmp/", StringComparison.Ordinal)).ShouldBe(!Environment.IsPrivilegedProcess);
    }

    [Fact]
    public async Task Without_such_a_folder_it_is_a_loopback_port_and_the_same_one_next_time()
    {
        var first = await ServerAddress.ChooseAsync([], null, account, Cancellation);
        var second = await ServerAddress.ChooseAsync([], first, account, Cancellation);

        first.Host.ShouldBe("127.0.0.1");
        second.ShouldBe(first);
    }

    [Fact]
    public async Task A_server_listens_on_a_loopback_port_where_it_must()
    {
        await using (var started = await folder.StartAsync())
        {
            started.IsOwner.ShouldBeTrue();
        }

        var address = await ServerAddress.ChooseAsync([], null, account, Cancellation);
        var binaries = await PostgresBinaries.FindAsync(null, null, account, Cancellation);
        var server = await ServerProcess.StartAsync(
            [Path.Combine(binaries.Folder, "postgres"), "-D", folder.Cluster, .. address.Settings.SelectMany(setting => new[] { "-c", setting })], account, durable: true);

        var refused = address.ConnectionString("postgres", "wrong", "postgres");
        try
        {
            var answer = await Should.ThrowAsync<Npgsql.PostgresException>(ServerFolder.AnswersOrRefusesAsync(refused));
            answer.SqlState.ShouldBe("28P01");
        }
        finally
        {
            server.Signal(ServerProcess.FastShutdown);
            await server.Exited.WaitAsync(Cancellation);
        }
    }
}
