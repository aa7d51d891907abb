using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Http;
using Rowhouse.Contracts;
using Rowhouse.Testing;
using Rowhouse.Tests.ControlPlane.Homes;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane.Products;

/// <summary>Products that cannot be set up, or not at once, and workers that die.</summary>
public sealed class ProductFailureTests(ProductServer server) : IClassFixture<ProductServer>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("public")]
    [InlineData("private")]
    public async Task What_fails_for_good_says_why_and_retrying_goes_on(string cloudType)
    {
        var slug = $"refused-{cloudType}";
        server.Refuse($"make depot {slug}", 422, "The vendor has no room for another workspace.\0 Ask for more.");
        var tenant = await server.MakeAsync($"Refused {cloudType}", cloudType, "depot");

        var failed = await server.UntilAsync(slug, "failed");

        (failed.Error, failed.PendingReason).ShouldBe(("The vendor has no room for another workspace. Ask for more.", null));
        (await server.TenantAsync(slug)).ShouldSatisfyAllConditions(known => known.Status.ShouldBe("active"), known => known.ProvisioningError.ShouldBeNull());
        server.Vendor.Before.TryRemove($"make depot {slug}", out _);
        using var answer = await server.RetryAsync(slug);
        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        answer.Headers.Location.ShouldBe(new Uri($"/api/operations/{failed.Operation}", UriKind.Relative));
        (await answer.Content.ReadFromJsonAsync<TenantProductResponse>(Cancelled)).ShouldNotBeNull().State.ShouldBe("provisioning");
        (await server.UntilAsync(slug, "ready")).Operation.ShouldBe(failed.Operation);
        server.Vendor.ActsOn($"depot {slug}").ShouldBe([$"made depot {slug}"]);
        (await server.SuperAdmin.GetAsync("/api/platform/audit?action=operation.retried", Cancelled).ReadAsync<Page<AuditEntryResponse>>()).Items.Count(entry => entry.TenantId == tenant.Id).ShouldBe(1);
    }

    [Fact]
    public async Task What_fails_for_a_moment_is_tried_again_and_says_what_hinders_it()
    {
        var failures = 0;
        server.Vendor.Before["make depot hindered"] = () => Task.FromResult(Interlocked.Increment(ref failures) switch
        {
            <= 5 => Results.StatusCode(StatusCodes.Status503ServiceUnavailable),
            <= 10 => Results.Text("The vendor asks for patience.", statusCode: StatusCodes.Status429TooManyRequests),
            _ => null, // more often than a home's step may fail
        });
        await server.MakeAsync("Hindered", "public", "depot");

        await Eventually.UntilAsync(async () => (await server.ProductAsync("hindered")) is { State: "provisioning", Error: "The vendor asks for patience." }, Cancelled);

        (await server.UntilAsync("hindered", "ready")).Error.ShouldBeNull();
        server.Vendor.ActsOn("depot hindered").ShouldBe(["made depot hindered"]);
    }

    [Fact]
    public async Task Wherever_a_worker_dies_the_next_one_finds_what_it_has_made()
    {
        foreach (var moment in new[] { "make", "answer" })
        {
            var slug = $"dies-{moment}";
            var (reached, go) = server.Hold($"{moment} depot {slug}");
            var tenant = await server.MakeAsync($"Dies {moment}", "public", "depot");
            await reached.WaitAsync(Cancelled);
            server.Vendor.Before.TryRemove($"{moment} depot {slug}", out _);

            await server.LoseWorkersAsync(tenant.Id);
            await server.UntilAsync(slug, "ready");

            go.SetCanceled(Cancelled); // what the dead one asked for in its last moment never arrives
            server.Vendor.ActsOn($"depot {slug}").ShouldBe([$"made depot {slug}"]);
            (await server.OperationsAsync(slug)).ShouldHaveSingleItem().Status.ShouldBe("succeeded");
        }
    }

    [Fact]
    public async Task What_is_cancelled_is_failed_and_is_begun_anew()
    {
        server.Refuse("make depot cancelled", 503);
        await server.MakeAsync("Cancelled", "public", "depot");
        var first = (await server.ProductAsync("cancelled")).Operation!.Value;
        await server.SuperAdmin.PostAsync($"/api/operations/{first}/cancel", content: null, Cancelled).ShouldBeAsync(HttpStatusCode.Accepted);

        (await server.UntilAsync("cancelled", "failed")).Error.ShouldNotBeNull().ShouldStartWith("It was cancelled.");
        await Eventually.UntilAsync(async () => (await server.OperationAsync(first)).Status == "cancelled", Cancelled);
        server.Vendor.Before.TryRemove("make depot cancelled", out _);
        await server.RetryAsync("cancelled").ShouldBeAsync(HttpStatusCode.Accepted);

        (await server.UntilAsync("cancelled", "ready")).Operation.ShouldNotBe(first);
    }

    [Fact]
    public async Task A_cancelled_product_of_a_suspended_tenant_is_not_set_up()
    {
        server.Refuse("make depot stopped", 503);
        await server.MakeAsync("Stopped", "public", "depot");
        var operation = (await server.ProductAsync("stopped")).Operation!.Value;
        await server.SuperAdmin.PostAsync("/api/tenants/stopped/suspend", content: null, Cancelled).ShouldBeAsync(HttpStatusCode.OK);

        await server.SuperAdmin.PostAsync($"/api/operations/{operation}/cancel", content: null, Cancelled).ShouldBeAsync(HttpStatusCode.Accepted);

        await server.UntilAsync("stopped", "failed");
        server.Vendor.ActsOn("depot stopped").ShouldBeEmpty();
    }

    [Fact]
    public async Task Of_many_who_retry_at_once_one_does()
    {
        foreach (var isCancelled in new[] { false, true })
        {
            var slug = isCancelled ? "many-cancelled" : "many-failed";
            server.Refuse($"make depot {slug}", isCancelled ? 503 : 422, "Not now.");
            await server.MakeAsync(slug, "public", "depot");
            if (isCancelled)
            {
                await server.SuperAdmin.PostAsync($"/api/operations/{(await server.ProductAsync(slug)).Operation}/cancel", content: null, Cancelled).ShouldBeAsync(HttpStatusCode.Accepted);
            }

            var failed = await server.UntilAsync(slug, "failed");
            await Eventually.UntilAsync(async () => (await server.OperationAsync(failed.Operation!.Value)).Status is "failed" or "cancelled", Cancelled);
            var (_, go) = server.Hold($"make depot {slug}");

            var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
            {
                using var answer = await server.RetryAsync(slug);
                return answer.StatusCode;
            }));

            answers.Count(status => status == HttpStatusCode.Accepted).ShouldBe(1);
            answers.ShouldAllBe(status => status == HttpStatusCode.Accepted || status == HttpStatusCode.Conflict);
            go.SetResult();
            await server.UntilAsync(slug, "ready");
            server.Vendor.ActsOn($"depot {slug}").ShouldBe([$"made depot {slug}"]);
        }
    }

    [Fact]
    public async Task Only_what_failed_is_retried_and_only_by_those_who_run_the_platform()
    {
        var tenant = await server.CreateTenantAsync("Asked About", "depot", "cardvault");
        await server.UntilAsync("asked-about", "ready");

        foreach (var path in new[] { "tenants", "accounts" })
        {
            await server.SuperAdmin.PostAsync($"/api/{path}/asked-about/products/depot/retry", null, Cancelled).ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:products:wrong-state");
            await server.SuperAdmin.PostAsync($"/api/{path}/asked-about/products/cardvault/retry", null, Cancelled).ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:products:wrong-state");
            foreach (var unknown in new[] { "quay", "nothing", "DEPOT", "depot%20", "d%27epot", new string('x', 3000) })
            {
                await server.SuperAdmin.PostAsync($"/api/{path}/asked-about/products/{unknown}/retry", null, Cancelled).ProblemAsync(HttpStatusCode.NotFound, "urn:rowhouse:products:unknown-product");
            }

            await server.SuperAdmin.PostAsync($"/api/{path}/nobody/products/depot/retry", null, Cancelled).ProblemAsync(HttpStatusCode.NotFound, "urn:rowhouse:tenancy:unknown-tenant");
            await server.SuperAdmin.PostAsync($"/api/{path}/{Guid.Empty}/products/depot/retry", null, Cancelled).ProblemAsync(HttpStatusCode.NotFound, "urn:rowhouse:tenancy:unknown-tenant");
            await server.SuperAdmin.GetAsync($"/api/{path}/nobody/products", Cancelled).ProblemAsync(HttpStatusCode.NotFound, "urn:rowhouse:tenancy:unknown-tenant");
            await server.SuperAdmin.GetAsync($"/api/{path}/asked-about/products?limit=0", Cancelled).ShouldBeAsync(HttpStatusCode.BadRequest);
            foreach (var bad in new[] { "de%00pot", "%EF%BF%BE" })
            {
                using var answer = await server.SuperAdmin.PostAsync($"/api/{path}/asked-about/products/{bad}/retry", null, Cancelled);
                ((int)answer.StatusCode).ShouldBeInRange(400, 404, bad);
            }

            foreach (var (client, status) in new[] { (server.Nobody, HttpStatusCode.Unauthorized), (tenant.Admin.Client, HttpStatusCode.Forbidden) })
            {
                await client.PostAsync($"/api/{path}/asked-about/products/depot/retry", null, Cancelled).ShouldBeAsync(status);
                await client.GetAsync($"/api/{path}/asked-about/products", Cancelled).ShouldBeAsync(status);
            }
        }
    }

    [Fact]
    public async Task A_home_that_fails_is_retried_whatever_its_products_do_and_they_wait_for_it()
    {
        // The reference data cannot be read.
        var superuser = await new PostgresFixture().SuperuserAsync(server.Database.Application);
        await HomeWork.ExecuteAsync(superuser, "REVOKE SELECT ON catalogue.cards FROM rowhouse_platform");
        using var answer = await server.AskAsync("Homeless", "private", "depot");
        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await server.TenantAsync("homeless")).Status.ShouldBe("failed");
        (await server.ProductAsync("homeless")).ShouldSatisfyAllConditions(product => product.State.ShouldBe("provisioning"), product => product.Operation.ShouldBeNull());
        await server.RetryAsync("homeless").ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:products:wrong-state");
        await server.SubscribeAsync("homeless", "quay").ShouldBeAsync(HttpStatusCode.Created);
        await server.SuperAdmin.DeleteAsync("/api/tenants/homeless/subscriptions/quay", Cancelled).ShouldBeAsync(HttpStatusCode.NoContent);
        await HomeWork.ExecuteAsync(superuser, "GRANT SELECT ON catalogue.cards TO rowhouse_platform");

        await server.SuperAdmin.PostAsync("/api/tenants/homeless/retry", content: null, Cancelled).ShouldBeAsync(HttpStatusCode.Accepted);

        await server.UntilAsync("homeless", "ready");
        (await server.SuperAdmin.GetAsync("/api/tenants/homeless/products", Cancelled).ReadAsync<Page<TenantProductResponse>>()).Items.ShouldHaveSingleItem();
    }
}
