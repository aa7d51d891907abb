using System.Net;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Operations;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Testing;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane.Operations;

/// <summary>Long work that goes on until it is done, or leaves nothing.</summary>
public sealed class OperationTests(OperationServer server) : IClassFixture<OperationServer>
{
    private static readonly HashSet<string> Ends = ["succeeded", "failed", "cancelled", "stuck"];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Steps_are_done_in_order_and_each_knows_what_the_ones_before_decided()
    {
        var id = await server.StartAsync("In Order");

        var ended = await EndAsync(id);

        ended.Status.ShouldBe("succeeded");
        ended.Steps.Select(step => (step.Name, step.Status)).ShouldBe([("a", "succeeded"), ("b", "succeeded"), ("c", "succeeded")]);
        ended.Progress.ShouldBe(new(3, 3));
        ended.Step.ShouldBeNull();
        ended.EndedAt.ShouldNotBeNull();
        server.DoneIn(id).ShouldBe(["+a", "+b", "+c"]);
        (await KnownAsync(id)).ShouldBe(["a", "b", "c"]);
    }

    [Fact]
    public async Task What_fails_for_good_is_undone_from_the_failed_step_back_and_says_why()
    {
        var id = await server.StartAsync("For Good", ("+b", _ => throw new OperationRefusedException("The shelf is full. Make room, then retry.")));

        var ended = await EndAsync(id);

        ended.Status.ShouldBe("failed");
        ended.Reason.ShouldBe("The shelf is full. Make room, then retry.");
        ended.Steps.Select(step => step.Status).ShouldBe(["undone", "undone", "pending"]);
        server.DoneIn(id).ShouldBe(["+a", "-b", "-a"]);
        (await KnownAsync(id)).ShouldBeEmpty();
        var tenant = await server.SuperAdmin.GetFromJsonAsync<TenantResponse>($"/api/tenants/{ended.TenantId}", Cancelled);
        tenant!.Name.ShouldBe("Failed: The shelf is full. Make room, then retry.");
    }

    [Fact]
    public async Task What_fails_for_a_moment_is_tried_again()
    {
        var tries = 0;
        var id = await server.StartAsync("For A Moment", ("+b", _ => ++tries < 3 ? throw new TimeoutException() : Task.CompletedTask));

        (await EndAsync(id)).Status.ShouldBe("succeeded");

        server.DoneIn(id).ShouldBe(["+a", "+b", "+c"]);
        tries.ShouldBe(3);
    }

    [Fact]
    public async Task What_fails_too_often_is_undone()
    {
        var tries = 0;
        var id = await server.StartAsync("Too Often", ("+c", _ => { tries++; throw new TimeoutException(); }));

        var ended = await EndAsync(id);

        ended.Status.ShouldBe("failed");
        ended.Reason.ShouldBe("It did not end in time.");
        tries.ShouldBe(3);
        server.DoneIn(id).ShouldBe(["+a", "+b", "-c", "-b", "-a"]);
    }

    [Fact]
    public async Task What_cannot_be_undone_waits_for_somebody()
    {
        var isMended = false;
        var id = await server.StartAsync(
            "Stuck",
            ("+b", _ => isMended ? Task.CompletedTask : throw new OperationRefusedException("The shelf is full.")),
            ("-b", _ => isMended ? Task.CompletedTask : throw new OperationRefusedException("The shelf cannot be reached.")));

        (await EndAsync(id)).Status.ShouldBe("stuck");
        isMended = true;
        await RetryAsync(id).ShouldBeAsync(HttpStatusCode.Accepted);

        (await EndAsync(id)).Status.ShouldBe("succeeded");
        server.DoneIn(id).ShouldBe(["+a", "+b", "+c"]);
    }

    [Fact]
    public async Task What_failed_is_retried_from_its_beginning()
    {
        var isMended = false;
        var id = await server.StartAsync("Retried", ("+b", _ => isMended ? Task.CompletedTask : throw new OperationRefusedException("Not yet.")));
        (await EndAsync(id)).Status.ShouldBe("failed");

        isMended = true;
        await RetryAsync(id).ShouldBeAsync(HttpStatusCode.Accepted);

        var ended = await EndAsync(id);
        ended.Status.ShouldBe("succeeded");
        ended.Reason.ShouldBeNull();
        server.DoneIn(id).ShouldBe(["+a", "-b", "-a", "+a", "+b", "+c"]);
    }

    [Fact]
    public async Task One_that_is_cancelled_is_undone_after_its_step()
    {
        var working = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        var id = await server.StartAsync("Cancelled", ("+b", cancelled => { working.TrySetResult(); return go.Task.WaitAsync(cancelled); }));
        await working.Task.WaitAsync(Cancelled);

        await server.SuperAdmin.PostAsync($"/api/operations/{id}/cancel", null, Cancelled).ShouldBeAsync(HttpStatusCode.Accepted);
        go.SetResult();

        var ended = await EndAsync(id);
        ended.Status.ShouldBe("cancelled");
        ended.Reason.ShouldBe("It was cancelled.");
        server.DoneIn(id).ShouldBe(["+a", "+b", "-c", "-b", "-a"]);
        await server.SuperAdmin.PostAsync($"/api/operations/{id}/cancel", null, Cancelled).ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:operations:wrong-state");
    }

    [Fact]
    public async Task One_that_waits_for_somebody_is_undone_when_it_is_cancelled()
    {
        var isMended = false;
        var id = await server.StartAsync(
            "Given Up",
            ("+b", _ => throw new OperationRefusedException("The shelf is full.")),
            ("-b", _ => isMended ? Task.CompletedTask : throw new OperationRefusedException("The shelf cannot be reached.")));
        (await EndAsync(id)).Status.ShouldBe("stuck");
        isMended = true;

        await server.SuperAdmin.PostAsync($"/api/operations/{id}/cancel", null, Cancelled).ShouldBeAsync(HttpStatusCode.Accepted);

        (await EndAsync(id)).Status.ShouldBe("cancelled");
        server.DoneIn(id).ShouldBe(["+a", "-b", "-a"]);
    }

    [Fact]
    public async Task One_that_its_kind_refuses_to_end_is_undone()
    {
        var refusals = 0;
        var id = await server.StartAsync("Not Ended", ("Succeeded", _ => ++refusals == 1 ? throw new OperationRefusedException("The name is taken by now.") : Task.CompletedTask));

        var ended = await EndAsync(id);

        ended.Status.ShouldBe("failed");
        ended.Reason.ShouldBe("The name is taken by now.");
        server.DoneIn(id).ShouldBe(["+a", "+b", "+c", "-c", "-b", "-a"]);
    }

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

        var ended = await EndAsync(id);
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
        await using var bySide = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(admin) { ApplicationName = ServerSession.NameOf(id), Pooling = false }.ConnectionString);
        await bySide.OpenAsync(Cancelled);
        await using var another = await OpenAsync(other, isMine: true);

        await using var successor = await OpenAsync(id, isMine: true);

        await Should.ThrowAsync<NpgsqlException>(AskAsync(asleep.Connection));
        await Should.ThrowAsync<NpgsqlException>(AskAsync(bySide));
        (await AskAsync(another.Connection)).ShouldBe(1);

        // Who has lost the operation ends nobody, whether the lock is held or free.
        await Should.ThrowAsync<OperationLostException>(OpenAsync(id, isMine: false));
        (await AskAsync(successor.Connection)).ShouldBe(1);
        await Should.ThrowAsync<OperationLostException>(OpenAsync(Guid.CreateVersion7(DateTimeOffset.UnixEpoch), isMine: false));

        Task<ServerSession> OpenAsync(Guid operation, bool isMine) =>
            ServerSession.OpenAsync(admin, operation, _ => isMine ? Task.CompletedTask : throw new OperationLostException(), TimeProvider.System, Cancelled);

        static async Task<object?> AskAsync(NpgsqlConnection connection)
        {
            await using var command = new NpgsqlCommand("select 1", connection);
            return await command.ExecuteScalarAsync(Cancelled);
        }
    }

    [Fact]
    public async Task One_that_cannot_be_undone_gets_stuck_tells_its_kind_and_is_not_cancelled()
    {
        var isMended = false;
        var tenant = (await server.CreateTenantAsync("One Way")).Id;
        var go = new TaskCompletionSource();
        var id = await server.StartAsync("one-way", tenant, ("+b", async cancelled =>
        {
            await go.Task.WaitAsync(cancelled);
            if (!isMended)
            {
                throw new OperationRefusedException("The shelf is full.");
            }
        }));

        var problem = await server.SuperAdmin.PostAsync($"/api/operations/{id}/cancel", null, Cancelled).ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:operations:wrong-state");
        problem.GetProperty("state").GetString().ShouldBe("running");
        go.SetResult();

        (await EndAsync(id)).Status.ShouldBe("stuck");
        (await server.SuperAdmin.GetAsync($"/api/tenants/{tenant}", Cancelled).ReadAsync<TenantResponse>()).Name.ShouldBe("Stuck: The shelf is full.");
        isMended = true;
        await RetryAsync(id).ShouldBeAsync(HttpStatusCode.Accepted);
        (await EndAsync(id)).Status.ShouldBe("succeeded");
        server.DoneIn(id).ShouldBe(["+a", "+b", "+c"]);
    }

    [Fact]
    public async Task One_whose_kind_refuses_to_turn_around_waits_for_somebody_and_says_why()
    {
        var id = await server.StartAsync(
            "Not Turned",
            ("+b", _ => throw new OperationRefusedException("The shelf is full.")),
            ("Undoing", _ => throw new OperationRefusedException("The tenant may not become that.")));

        var ended = await EndAsync(id);

        (ended.Status, ended.Reason).ShouldBe(("stuck", "The tenant may not become that."));
    }

    [Fact]
    public async Task What_is_history_or_under_way_is_not_retried()
    {
        var tenant = (await server.CreateTenantAsync("Retried Later")).Id;
        var go = new TaskCompletionSource();
        var first = await server.StartAsync("probe", tenant, ("+a", _ => throw new OperationRefusedException("No.")));
        (await EndAsync(first)).Status.ShouldBe("failed");
        var second = await server.StartAsync("probe", tenant, ("+a", cancelled => go.Task.WaitAsync(cancelled)));

        await RetryAsync(first).ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:operations:wrong-state");
        await RetryAsync(second).ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:operations:wrong-state");
        go.SetResult();
        (await EndAsync(second)).Status.ShouldBe("succeeded");
        await RetryAsync(second).ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:operations:wrong-state");
        await RetryAsync(Guid.Empty).ProblemAsync(HttpStatusCode.NotFound, "urn:rowhouse:operations:unknown-operation");
    }

    [Fact]
    public async Task Of_many_that_retry_at_once_one_does()
    {
        var isMended = false;
        var id = await server.StartAsync("Retried Once", ("+b", _ => isMended ? Task.CompletedTask : throw new OperationRefusedException("Not yet.")));
        (await EndAsync(id)).Status.ShouldBe("failed");
        isMended = true;

        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => RetryAsync(id)));

        answers.Select(answer => answer.StatusCode).Order().ShouldBe([HttpStatusCode.Accepted, .. Enumerable.Repeat(HttpStatusCode.Conflict, 4)]);
        (await EndAsync(id)).Status.ShouldBe("succeeded");
    }

    [Fact]
    public async Task A_tenant_has_one_at_a_time()
    {
        var go = new TaskCompletionSource();
        var tenant = (await server.CreateTenantAsync("One At A Time")).Id;
        var first = await server.StartAsync("probe", tenant, ("+a", cancelled => go.Task.WaitAsync(cancelled)));

        await Should.ThrowAsync<DbUpdateException>(server.StartAsync("probe", tenant));
        go.SetResult();
        (await EndAsync(first)).Status.ShouldBe("succeeded");

        (await EndAsync(await server.StartAsync("probe", tenant))).Status.ShouldBe("succeeded");
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

        var ended = await EndAsync(id);
        ended.Status.ShouldBe("succeeded");
        go.SetResult();

        await Eventually.UntilAsync(() => Task.FromResult(server.Lost.Contains(id)), Cancelled);
        server.DoneIn(id).ShouldBe(["+a", "+b", "+c"]);
        var after = await GetAsync(id);
        after.Status.ShouldBe("succeeded");
        after.Steps.ShouldBe(ended.Steps);
        (await KnownAsync(id)).ShouldBe(["a", "b", "c"]);
    }

    [Fact]
    public async Task A_stream_tells_each_change_and_ends_with_the_operation()
    {
        var go = new TaskCompletionSource();
        var id = await server.StartAsync("Streamed", ("+b", cancelled => go.Task.WaitAsync(cancelled)));
        using var answer = await server.SuperAdmin.GetAsync($"/api/operations/{id}/events", HttpCompletionOption.ResponseHeadersRead, Cancelled);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");

        var told = new List<OperationResponse>();
        await foreach (var item in SseParser.Create(await answer.Content.ReadAsStreamAsync(Cancelled), (_, data) => JsonSerializer.Deserialize<OperationResponse>(data, JsonSerializerOptions.Web)!).EnumerateAsync(Cancelled))
        {
            told.Add(item.Data);
            if (item.Data is { Step: "b", Status: "running" } && item.Data.Steps[1].Status == "running")
            {
                go.TrySetResult();
            }
        }

        told.ShouldContain(operation => operation.Step == "b" && operation.Progress.Done == 1);
        told[^1].Status.ShouldBe("succeeded");
    }

    [Fact]
    public async Task Operations_of_a_tenant_are_listed_newest_first_and_page_by_page()
    {
        var tenant = (await server.CreateTenantAsync("Listed")).Id;
        var ids = new List<Guid>();
        for (var i = 0; i < 3; i++)
        {
            ids.Add(await server.StartAsync("probe", tenant));
            await EndAsync(ids[^1]);
        }

        var first = await server.SuperAdmin.GetFromJsonAsync<Page<OperationResponse>>("/api/tenants/listed/operations?limit=2&count=true", Cancelled);
        var second = await server.SuperAdmin.GetFromJsonAsync<Page<OperationResponse>>($"/api/accounts/{tenant}/operations?limit=2&after={Uri.EscapeDataString(first!.Next!)}", Cancelled);

        first.Total.ShouldBe(3);
        first.Items.Concat(second!.Items).Select(operation => operation.Id).ShouldBe(ids.AsEnumerable().Reverse());
        second.Next.ShouldBeNull();
    }

    [Fact]
    public async Task Only_those_who_run_the_platform_see_operations()
    {
        var tenant = await server.CreateTenantAsync("Seen By");
        var id = await server.StartAsync("probe", tenant.Id);
        await EndAsync(id);

        foreach (var path in new[] { $"/api/operations/{id}", $"/api/operations/{id}/events", $"/api/tenants/{tenant.Id}/operations" })
        {
            await tenant.Admin.Client.GetAsync(path, Cancelled).ShouldBeAsync(HttpStatusCode.Forbidden);
            await server.Nobody.GetAsync(path, Cancelled).ShouldBeAsync(HttpStatusCode.Unauthorized);
        }

        await tenant.Admin.Client.PostAsync($"/api/operations/{id}/cancel", null, Cancelled).ShouldBeAsync(HttpStatusCode.Forbidden);
        await tenant.Admin.Client.PostAsync($"/api/operations/{id}/retry", null, Cancelled).ShouldBeAsync(HttpStatusCode.Forbidden);
        foreach (var path in new[] { $"/api/operations/{Guid.Empty}", $"/api/operations/{Guid.Empty}/events" })
        {
            await server.SuperAdmin.GetAsync(path, Cancelled).ProblemAsync(HttpStatusCode.NotFound, "urn:rowhouse:operations:unknown-operation");
        }

        await server.SuperAdmin.PostAsync($"/api/operations/{Guid.Empty}/cancel", null, Cancelled).ProblemAsync(HttpStatusCode.NotFound, "urn:rowhouse:operations:unknown-operation");
        await server.SuperAdmin.GetAsync("/api/operations/nonsense", Cancelled).ShouldBeAsync(HttpStatusCode.NotFound);
        await server.SuperAdmin.GetAsync("/api/tenants/ghost/operations", Cancelled).ProblemAsync(HttpStatusCode.NotFound, "urn:rowhouse:tenancy:unknown-tenant");
    }

    private Task<OperationResponse> GetAsync(Guid id) => server.SuperAdmin.GetAsync($"/api/operations/{id}", Cancelled).ReadAsync<OperationResponse>();

    private async Task<OperationResponse> EndAsync(Guid id)
    {
        OperationResponse? last = null;
        await Eventually.UntilAsync(async () => Ends.Contains((last = await GetAsync(id)).Status), Cancelled);
        return last!;
    }

    private async Task<IReadOnlyList<string>> KnownAsync(Guid id)
    {
        await using var db = await server.Services.GetRequiredService<IDbContextFactory<PlatformDbContext>>().CreateDbContextAsync(Cancelled);
        return OperationKind<OperationServer.Known>.Read((await db.Operations.AsNoTracking().SingleAsync(operation => operation.Id == id, Cancelled)).Data).Steps;
    }

    private Task<HttpResponseMessage> RetryAsync(Guid id) => server.SuperAdmin.PostAsync($"/api/operations/{id}/retry", null, Cancelled);

    private async Task ExecuteAsync(string sql, Guid id)
    {
        await using var control = NpgsqlDataSource.Create(server.Database.Control!);
        await using var command = control.CreateCommand(sql);
        command.Parameters.Add(new() { Value = id });
        (await command.ExecuteNonQueryAsync(Cancelled)).ShouldBe(1);
    }
}
