using System.Net;
using System.Net.Http.Json;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Operations;
using Rowhouse.Testing;
using Rowhouse.Tests.ControlPlane.Homes;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane.Operations;

/// <summary>Long work that goes on until it is done, or leaves nothing.</summary>
public sealed class OperationTests(OperationServer server) : IClassFixture<OperationServer>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Steps_are_done_in_order_and_each_knows_what_the_ones_before_decided()
    {
        var id = await server.StartAsync("In Order");

        var ended = await server.EndAsync(id);

        ended.Status.ShouldBe("succeeded");
        ended.Steps.Select(step => (step.Name, step.Status)).ShouldBe([("a", "succeeded"), ("b", "succeeded"), ("c", "succeeded")]);
        ended.Progress.ShouldBe(new(3, 3));
        ended.Step.ShouldBeNull();
        ended.EndedAt.ShouldNotBeNull();
        server.DoneIn(id).ShouldBe(["+a", "+b", "+c"]);
        (await server.KnownAsync(id)).ShouldBe(["a", "b", "c"]);
    }

    [Fact]
    public async Task Steps_in_which_nothing_is_left_to_do_are_passed_over()
    {
        var id = await server.StartAsync(OperationServer.Hurried, (await server.CreateTenantAsync("Hurried")).Id);

        var ended = await server.EndAsync(id);

        ended.Status.ShouldBe("succeeded");
        ended.Steps.Select(step => (step.Name, step.Status, step.StartedAt is null)).ShouldBe([("a", "succeeded", false), ("b", "succeeded", true), ("c", "succeeded", true)]);
        server.DoneIn(id).ShouldBe(["+a"]);
    }

    [Fact]
    public async Task Steps_that_were_passed_over_are_undone_all_the_same()
    {
        TaskCompletionSource working = new(), go = new();
        var id = await server.StartAsync(OperationServer.Hurried, (await server.CreateTenantAsync("Hurried Back")).Id, ("+a", cancelled => { working.TrySetResult(); return go.Task.WaitAsync(cancelled); }));
        await working.Task.WaitAsync(Cancelled);
        await server.SuperAdmin.PostAsync($"/api/operations/{id}/cancel", null, Cancelled).ShouldBeAsync(HttpStatusCode.Accepted);
        go.SetResult();

        (await server.EndAsync(id)).Status.ShouldBe("cancelled");
        server.DoneIn(id).ShouldBe(["+a", "-c", "-b", "-a"]);
    }

    [Fact]
    public async Task Where_the_end_is_refused_the_last_step_that_was_done_has_failed()
    {
        var id = await server.StartAsync(OperationServer.Hurried, (await server.CreateTenantAsync("Hurried In Vain")).Id, ("Succeeded", _ => throw new OperationRefusedException("The name is taken by now.")));

        var ended = await server.EndAsync(id);

        (ended.Status, ended.Reason).ShouldBe(("failed", "The name is taken by now."));
        server.DoneIn(id).ShouldBe(["+a", "-a"]);
    }

    [Fact]
    public async Task One_has_the_steps_that_it_began_with_whatever_its_kind_has_by_now()
    {
        var id = await server.StartOtherAsync("Other Order", "ca");

        var ended = await server.EndAsync(id);

        (ended.Status, ended.Progress.Total).ShouldBe(("succeeded", 2));
        ended.Steps.Select(step => (step.Name, step.Status)).ShouldBe([("c", "succeeded"), ("a", "succeeded")]);
        server.DoneIn(id).ShouldBe(["+c", "+a"]);
    }

    [Fact]
    public async Task One_with_a_step_that_this_release_does_not_know_waits_for_a_server_that_does_and_nothing_of_it_is_done()
    {
        var id = await server.StartOtherAsync("Unknown Step", "axc");

        await Eventually.UntilAsync(async () => (await server.GetAsync(id)).Reason is not null, Cancelled);

        var waiting = await server.GetAsync(id);
        (waiting.Status, waiting.Step).ShouldBe(("running", "a"));
        waiting.Reason.ShouldBe("The server that took it up is of a release that does not know the step 'x'. It waits for one that does.");
        waiting.Steps.Select(step => (step.Name, step.Status)).ShouldBe([("a", "pending"), ("x", "pending"), ("c", "pending")]);
        server.DoneIn(id).ShouldBeEmpty();
        var version = await server.VersionAsync(id);
        await server.SuperAdmin.PostAsync($"/api/operations/{id}/cancel", null, Cancelled).ShouldBeAsync(HttpStatusCode.Accepted);
        await Eventually.UntilAsync(async () => await server.VersionAsync(id) > version + 2, Cancelled); // it was looked at since
        (await server.GetAsync(id)).ShouldSatisfyAllConditions(
            still => still.Status.ShouldBe("running"),
            still => still.Reason.ShouldBe(waiting.Reason));
        await server.EndBySqlAsync(id);
        await server.RetryAsync(id).ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:operations:wrong-state");
    }

    [Fact]
    public async Task What_fails_for_good_is_undone_from_the_failed_step_back_and_says_why()
    {
        var id = await server.StartAsync("For Good", ("+b", _ => throw new OperationRefusedException("The shelf is full. Make room, then retry.")));

        var ended = await server.EndAsync(id);

        ended.Status.ShouldBe("failed");
        ended.Reason.ShouldBe("The shelf is full. Make room, then retry.");
        ended.Steps.Select(step => step.Status).ShouldBe(["undone", "undone", "pending"]);
        server.DoneIn(id).ShouldBe(["+a", "-b", "-a"]);
        (await server.KnownAsync(id)).ShouldBeEmpty();
        var tenant = await server.SuperAdmin.GetFromJsonAsync<TenantResponse>($"/api/tenants/{ended.TenantId}", Cancelled);
        tenant!.Name.ShouldBe("Failed: The shelf is full. Make room, then retry.");
    }

    [Fact]
    public async Task What_fails_for_a_moment_is_tried_again()
    {
        var tries = 0;
        var id = await server.StartAsync("For A Moment", ("+b", _ => ++tries < 3 ? throw new TimeoutException() : Task.CompletedTask));

        (await server.EndAsync(id)).Status.ShouldBe("succeeded");

        server.DoneIn(id).ShouldBe(["+a", "+b", "+c"]);
        tries.ShouldBe(3);
    }

    [Fact]
    public async Task What_fails_too_often_is_undone()
    {
        var tries = 0;
        var id = await server.StartAsync("Too Often", ("+c", _ => { tries++; throw new TimeoutException(); }));

        var ended = await server.EndAsync(id);

        ended.Status.ShouldBe("failed");
        ended.Reason.ShouldBe("It did not end in time.");
        tries.ShouldBe(3);
        server.DoneIn(id).ShouldBe(["+a", "+b", "-c", "-b", "-a"]);
    }

    [Fact]
    public async Task What_another_server_can_do_waits_for_it_and_says_so()
    {
        var (tries, isMended) = (0, false);
        var tenant = (await server.CreateTenantAsync("Delayed")).Id;
        var id = await server.StartAsync("one-way", tenant, ("+b", _ =>
        {
            tries++;
            return isMended ? Task.CompletedTask : throw new OperationDelayedException("It waits for a server with a crane.");
        }));

        // More often than a kind that can be undone is tried.
        await Eventually.UntilAsync(() => Task.FromResult(tries > 4), Cancelled);
        var waiting = await server.GetAsync(id);
        (waiting.Status, waiting.Reason).ShouldBe(("running", "It waits for a server with a crane."));
        isMended = true;

        var ended = await server.EndAsync(id);
        (ended.Status, ended.Reason).ShouldBe(("succeeded", null));
        server.DoneIn(id).ShouldBe(["+a", "+b", "+c"]);
    }

    [Fact]
    public async Task Of_a_step_that_waits_for_long_the_first_attempt_and_the_latest_twenty_are_kept()
    {
        var (tries, enough) = (0, 30);
        var id = await server.StartAsync("Waits Long", ("+b", _ => ++tries < enough ? throw new OperationDelayedException($"Not yet, {tries}.") : Task.CompletedTask));

        (await server.EndAsync(id)).Steps.ShouldAllBe(step => step.Status == "succeeded");

        var kept = await HomeWork.ScalarAsync<string[]>(server.Database.Control!, $"SELECT array(SELECT name || ' ' || number || coalesce(' ' || error, '') FROM platform.operation_attempts WHERE operation_id = '{id}' ORDER BY number)");
        kept.ShouldBe(["a 1", "b 2 Not yet, 1.", .. Enumerable.Range(11, 19).Select(attempt => $"b {attempt + 1} Not yet, {attempt}."), "b 31", "c 32"]);
    }

    [Fact]
    public async Task A_full_disk_is_undone_at_once_says_what_to_do_and_is_retried_when_there_is_room()
    {
        var (tries, isFull) = (0, true);
        var id = await server.StartAsync("Full Disk", ("+b", _ =>
        {
            tries++;
            return isFull ? throw new PostgresException("could not extend file \"base/16384/2608\": No space left on device", "ERROR", "ERROR", PostgresErrorCodes.DiskFull) : Task.CompletedTask;
        }));

        var failed = await server.EndAsync(id);

        failed.Status.ShouldBe("failed");
        failed.Reason.ShouldBe("The database server's disk is full. Make room on it, then retry: could not extend file \"base/16384/2608\": No space left on device (53100).");
        (tries, failed.Steps.Select(step => step.Status)).ShouldSatisfyAllConditions(found => found.tries.ShouldBe(1), found => found.Item2.ShouldBe(["undone", "undone", "pending"]));
        isFull = false;
        await server.RetryAsync(id).ShouldBeAsync(HttpStatusCode.Accepted);
        (await server.EndAsync(id)).Status.ShouldBe("succeeded");
    }

    [Fact]
    public async Task What_cannot_be_undone_waits_for_somebody()
    {
        var isMended = false;
        var id = await server.StartAsync(
            "Stuck",
            ("+b", _ => isMended ? Task.CompletedTask : throw new OperationRefusedException("The shelf is full.")),
            ("-b", _ => isMended ? Task.CompletedTask : throw new OperationRefusedException("The shelf cannot be reached.")));

        (await server.EndAsync(id)).Status.ShouldBe("stuck");
        isMended = true;
        await server.RetryAsync(id).ShouldBeAsync(HttpStatusCode.Accepted);

        (await server.EndAsync(id)).Status.ShouldBe("succeeded");
        server.DoneIn(id).ShouldBe(["+a", "+b", "+c"]);
    }

    [Fact]
    public async Task What_failed_is_retried_from_its_beginning()
    {
        var isMended = false;
        var id = await server.StartAsync("Retried", ("+b", _ => isMended ? Task.CompletedTask : throw new OperationRefusedException("Not yet.")));
        (await server.EndAsync(id)).Status.ShouldBe("failed");

        isMended = true;
        await server.RetryAsync(id).ShouldBeAsync(HttpStatusCode.Accepted);

        var ended = await server.EndAsync(id);
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

        var ended = await server.EndAsync(id);
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
        (await server.EndAsync(id)).Status.ShouldBe("stuck");
        isMended = true;

        await server.SuperAdmin.PostAsync($"/api/operations/{id}/cancel", null, Cancelled).ShouldBeAsync(HttpStatusCode.Accepted);

        (await server.EndAsync(id)).Status.ShouldBe("cancelled");
        server.DoneIn(id).ShouldBe(["+a", "-b", "-a"]);
    }

    [Fact]
    public async Task One_that_its_kind_refuses_to_end_is_undone()
    {
        var refusals = 0;
        var id = await server.StartAsync("Not Ended", ("Succeeded", _ => ++refusals == 1 ? throw new OperationRefusedException("The name is taken by now.") : Task.CompletedTask));

        var ended = await server.EndAsync(id);

        ended.Status.ShouldBe("failed");
        ended.Reason.ShouldBe("The name is taken by now.");
        ended.Steps.Select(step => step.Status).ShouldBe(["undone", "undone", "undone"]);
        server.DoneIn(id).ShouldBe(["+a", "+b", "+c", "-c", "-b", "-a"]);
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

        (await server.EndAsync(id)).Status.ShouldBe("stuck");
        (await server.SuperAdmin.GetAsync($"/api/tenants/{tenant}", Cancelled).ReadAsync<TenantResponse>()).Name.ShouldBe("Stuck: The shelf is full.");
        problem = await server.SuperAdmin.PostAsync($"/api/operations/{id}/cancel", null, Cancelled).ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:operations:wrong-state");
        problem.GetProperty("state").GetString().ShouldBe("stuck");
        isMended = true;
        await server.RetryAsync(id).ShouldBeAsync(HttpStatusCode.Accepted);
        (await server.EndAsync(id)).Status.ShouldBe("succeeded");
        server.DoneIn(id).ShouldBe(["+a", "+b", "+c"]);
    }

    [Fact]
    public async Task One_whose_kind_refuses_to_turn_around_waits_for_somebody_and_says_why()
    {
        var id = await server.StartAsync(
            "Not Turned",
            ("+b", _ => throw new OperationRefusedException("The shelf is full.")),
            ("Undoing", _ => throw new OperationRefusedException("The tenant may not become that.")));

        var ended = await server.EndAsync(id);

        (ended.Status, ended.Reason).ShouldBe(("stuck", "The tenant may not become that."));
    }

    [Fact]
    public async Task One_whose_kind_refuses_all_news_waits_for_somebody_all_the_same()
    {
        var id = await server.StartAsync(
            "Not Told",
            ("+b", _ => throw new OperationRefusedException("The shelf is full.")),
            ("Undoing", _ => throw new OperationRefusedException("The tenant may not become that.")),
            ("Stuck", _ => throw new OperationRefusedException("Nor that.")));

        var ended = await server.EndAsync(id);

        (ended.Status, ended.Reason).ShouldBe(("stuck", "The tenant may not become that."));
    }

    [Fact]
    public async Task What_is_history_or_under_way_is_not_retried()
    {
        var tenant = (await server.CreateTenantAsync("Retried Later")).Id;
        var go = new TaskCompletionSource();
        var first = await server.StartAsync("probe", tenant, ("+a", _ => throw new OperationRefusedException("No.")));
        (await server.EndAsync(first)).Status.ShouldBe("failed");
        var second = await server.StartAsync("probe", tenant, ("+a", cancelled => go.Task.WaitAsync(cancelled)));

        await server.RetryAsync(first).ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:operations:wrong-state");
        await server.RetryAsync(second).ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:operations:wrong-state");
        go.SetResult();
        (await server.EndAsync(second)).Status.ShouldBe("succeeded");
        await server.RetryAsync(second).ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:operations:wrong-state");
        await server.RetryAsync(Guid.Empty).ProblemAsync(HttpStatusCode.NotFound, "urn:rowhouse:operations:unknown-operation");
    }

    [Fact]
    public async Task Of_many_that_retry_at_once_one_does()
    {
        var isMended = false;
        var id = await server.StartAsync("Retried Once", ("+b", _ => isMended ? Task.CompletedTask : throw new OperationRefusedException("Not yet.")));
        (await server.EndAsync(id)).Status.ShouldBe("failed");
        isMended = true;

        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => server.RetryAsync(id)));

        answers.Select(answer => answer.StatusCode).Order().ShouldBe([HttpStatusCode.Accepted, .. Enumerable.Repeat(HttpStatusCode.Conflict, 4)]);
        (await server.EndAsync(id)).Status.ShouldBe("succeeded");
    }

    [Fact]
    public async Task A_tenant_has_one_at_a_time()
    {
        var go = new TaskCompletionSource();
        var tenant = (await server.CreateTenantAsync("One At A Time")).Id;
        var first = await server.StartAsync("probe", tenant, ("+a", cancelled => go.Task.WaitAsync(cancelled)));

        await Should.ThrowAsync<DbUpdateException>(server.StartAsync("probe", tenant));
        go.SetResult();
        (await server.EndAsync(first)).Status.ShouldBe("succeeded");

        (await server.EndAsync(await server.StartAsync("probe", tenant))).Status.ShouldBe("succeeded");
    }
}
