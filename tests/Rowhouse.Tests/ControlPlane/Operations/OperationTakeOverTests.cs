using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Rowhouse.ControlPlane.Operations;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Testing;
using Rowhouse.Tests.ControlPlane.Homes;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane.Operations;

/// <summary>Workers that die, and workers that wake when others do their work.</summary>
public sealed class OperationTakeOverTests(OperationServer server) : IClassFixture<OperationServer>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_step_in_which_every_worker_dies_is_given_up()
    {
        var working = new TaskCompletionSource();
        var id = await server.StartAsync("Deadly", ("+b", cancelled =>
        {
            working.TrySetResult();
            return Task.Delay(Timeout.Infinite, cancelled);
        }));
        await working.Task.WaitAsync(Cancelled);

        // What twenty deaths would leave.
        await ExecuteAsync("update platform.operations set attempts = 20, lease_until = now() - interval '1 second', token = gen_random_uuid() where id = $1", id);

        var ended = await server.EndAsync(id);
        ended.Status.ShouldBe("failed");
        ended.Reason.ShouldBe("The step 'b' was begun 20 times and never ended: whoever did it died.");
        server.DoneIn(id).ShouldBe(["+a", "-b", "-a"]);
    }

    [Fact]
    public async Task Whoever_takes_an_operation_over_ends_the_sessions_of_whoever_had_it()
    {
        var admin = await new PostgresFixture().AdminAsync();
        var (id, other) = (Guid.CreateVersion7(DateTimeOffset.UnixEpoch), Guid.CreateVersion7(DateTimeOffset.UnixEpoch));
        await using var asleep = await OpenAsync(id, isMine: true);
        await using var bySide = await OpenBySideAsync(id);
        await using var another = await OpenAsync(other, isMine: true);

        await using var successor = await OpenAsync(id, isMine: true);

        await Should.ThrowAsync<NpgsqlException>(AskAsync(asleep.Connection));
        await Should.ThrowAsync<NpgsqlException>(AskAsync(bySide));
        (await AskAsync(another.Connection)).ShouldBe(1);

        // Who has lost the operation ends nobody, whether the lock is held or free.
        await Should.ThrowAsync<OperationLostException>(OpenAsync(id, isMine: false));
        (await AskAsync(successor.Connection)).ShouldBe(1);
        await Should.ThrowAsync<OperationLostException>(OpenAsync(Guid.CreateVersion7(DateTimeOffset.UnixEpoch), isMine: false));

        // Also where of what it had only a session by the side is left, which holds no lock.
        var orphaned = Guid.CreateVersion7(DateTimeOffset.UnixEpoch);
        await using var left = await OpenBySideAsync(orphaned);
        await using var heir = await OpenAsync(orphaned, isMine: true);
        await Should.ThrowAsync<NpgsqlException>(AskAsync(left));

        async Task<NpgsqlConnection> OpenBySideAsync(Guid operation)
        {
            var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(admin) { ApplicationName = ServerSession.NameOf(operation), Pooling = false }.ConnectionString);
            await connection.OpenAsync(Cancelled);
            return connection;
        }

        Task<ServerSession> OpenAsync(Guid operation, bool isMine) =>
            ServerSession.OpenAsync(admin, operation, _ => isMine ? Task.CompletedTask : throw new OperationLostException(), TimeProvider.System, Cancelled);

        static async Task<object?> AskAsync(NpgsqlConnection connection)
        {
            await using var command = new NpgsqlCommand("select 1", connection);
            return await command.ExecuteScalarAsync(Cancelled);
        }
    }

    [Fact]
    public async Task A_step_of_which_nobody_knows_whether_its_end_was_recorded_is_left_to_whoever_looks()
    {
        // The session ends at the COMMIT, once: from outside it looks as one whose answer was lost.
        var control = await new PostgresFixture().SuperuserAsync(server.Database.Control!);
        await HomeWork.ExecuteAsync(control, """
            CREATE SEQUENCE public.commits; GRANT USAGE ON SEQUENCE public.commits TO PUBLIC;
            CREATE FUNCTION public.cut() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN IF nextval(''public.commits'') = 1 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF; RETURN NULL; END';
            CREATE CONSTRAINT TRIGGER cut AFTER UPDATE ON platform.operations DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (old.step = 1 AND new.step = 2) EXECUTE FUNCTION public.cut();
            """);

        var id = await server.StartAsync("Cut Short");

        (await server.EndAsync(id)).ShouldSatisfyAllConditions(
            ended => ended.Status.ShouldBe("succeeded"),
            ended => ended.Steps.ShouldAllBe(step => step.Status == "succeeded" && step.Error == null));
        server.DoneIn(id).ShouldBe(["+a", "+b", "+b", "+c"]);
        (await HomeWork.ScalarAsync<long>(control, "SELECT count(*) FROM platform.operation_attempts WHERE operation_id = $1::uuid AND step = 1 AND ended_at IS NULL", id.ToString())).ShouldBe(1); // nothing was written over it by who did not know
        await HomeWork.ExecuteAsync(control, "DROP FUNCTION public.cut CASCADE; DROP SEQUENCE public.commits");
    }

    [Fact]
    public async Task A_worker_that_was_taken_over_from_records_nothing_more()
    {
        var working = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        var entered = 0;
        var id = await server.StartAsync("Taken Over", ("+b", _ =>
        {
            // The first who comes is asleep, without hearing that its lease is over; the next goes through.
            return Interlocked.Increment(ref entered) == 1 ? SleepAsync() : Task.CompletedTask;

            async Task SleepAsync()
            {
                working.TrySetResult();
                await go.Task;
            }
        }));
        await working.Task.WaitAsync(Cancelled);
        await ExecuteAsync("update platform.operations set lease_until = now() - interval '1 second', token = gen_random_uuid() where id = $1", id);

        var ended = await server.EndAsync(id);
        ended.Status.ShouldBe("succeeded");
        go.SetResult();

        await Eventually.UntilAsync(() => Task.FromResult(server.Lost.Contains(id)), Cancelled);
        server.DoneIn(id).ShouldBe(["+a", "+b", "+c"]);
        var after = await server.GetAsync(id);
        after.Status.ShouldBe("succeeded");
        after.Steps.ShouldBe(ended.Steps);
        (await server.KnownAsync(id)).ShouldBe(["a", "b", "c"]);
    }

    [Fact]
    public async Task One_in_which_workers_died_lets_others_go_first_and_is_not_forgotten()
    {
        // Of a kind that nobody works on but this test.
        var deadly = await server.StartAsync("nobodys", (await server.CreateTenantAsync("Deadly One")).Id);
        var other = await server.StartAsync("nobodys", (await server.CreateTenantAsync("Harmless One")).Id);
        await ExecuteAsync("update platform.operations set attempts = 2 where id = $1", deadly);

        (await TakeAsync()).ShouldBe(other);
        await ExecuteAsync("update platform.operations set lease_until = null, attempts = 0, created_at = created_at + interval '1 minute' where id = $1", other);
        (await TakeAsync()).ShouldBe(deadly);

        async Task<Guid?> TakeAsync()
        {
            await using var lease = await OperationLease.TakeAsync(server.Services.GetRequiredService<IDbContextFactory<PlatformDbContext>>(), ["nobodys"], [], TimeSpan.FromMinutes(1), TimeProvider.System, Cancelled);
            return lease?.Operation.Id;
        }
    }

    private async Task ExecuteAsync(string sql, Guid id)
    {
        await using var control = NpgsqlDataSource.Create(server.Database.Control!);
        await using var command = control.CreateCommand(sql);
        command.Parameters.Add(new() { Value = id });
        (await command.ExecuteNonQueryAsync(Cancelled)).ShouldBe(1);
    }
}
