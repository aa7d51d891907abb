using System.Net;
using System.Net.Http.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Rowhouse.Tenancy.AspNetCore.Admission;
using Rowhouse.Tenancy.Tests.Notes;
using Rowhouse.Testing;
using Shouldly;
using static Rowhouse.Tenancy.Tests.Binding.ContextApp;

namespace Rowhouse.Tenancy.Tests.Binding;

/// <summary>Wherever code runs it has the right tenant or an exception that names the place; never none, never the one before.</summary>
public sealed class ContextMatrixTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(30);
    private static readonly Tenant[] both = [Smith, Harbor];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<HttpTransportType> Transports => [HttpTransportType.WebSockets, HttpTransportType.ServerSentEvents, HttpTransportType.LongPolling];

    [Fact]
    public async Task Requests_side_by_side_read_their_own()
    {
        await using var app = await StartAsync(postgres);

        await SideBySideAsync(async tenant =>
        {
            using var client = app.Client(tenant);
            return await client.GetFromJsonAsync<string[]>("/notes", Token) ?? [];
        });
    }

    [Fact]
    public async Task Server_sent_events_side_by_side_read_their_own_to_the_end()
    {
        await using var app = await StartAsync(postgres);

        await SideBySideAsync(async tenant =>
        {
            using var client = app.Client(tenant);
            return [.. (await client.GetStringAsync("/stream", Token)).Split('\n').Where(line => line.StartsWith("data: ", StringComparison.Ordinal)).Select(line => line["data: ".Length..])];
        });
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task Calls_and_streams_of_hubs_read_their_own(HttpTransportType transport)
    {
        await using var app = await StartAsync(postgres);

        await SideBySideAsync(
            async tenant =>
            {
                await using var hub = await ConnectAsync(app, tenant, transport);
                (await hub.StreamAsync<string>("Stream", Token).ToListAsync(Token)).ShouldBe(TextsOf(tenant));
                return await hub.InvokeAsync<string[]>("Notes", Token);
            },
            rounds: 3);
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task A_hub_has_its_tenant_when_a_client_comes_and_when_it_goes(HttpTransportType transport)
    {
        await using var app = await StartAsync(postgres);
        await using (await ConnectAsync(app, Smith, transport))
        {
            (await app.Seen.ReadAsync(Token).AsTask().WaitAsync(patience, Token)).ShouldSatisfyAllConditions(seen => seen.When.ShouldBe("connected"), seen => seen.Texts.ShouldBe(TextsOf(Smith)));
        }

        (await app.Seen.ReadAsync(Token).AsTask().WaitAsync(patience, Token)).ShouldSatisfyAllConditions(seen => seen.When.ShouldBe("disconnected"), seen => seen.Texts.ShouldBe(TextsOf(Smith)));
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task A_hub_of_a_tenant_that_was_suspended_meanwhile_answers_no_call(HttpTransportType transport)
    {
        await using var app = await StartAsync(postgres);
        await using var hub = await ConnectAsync(app, Smith, transport);
        await hub.InvokeAsync<string[]>("Notes", Token);

        app.Services.GetRequiredService<TenantDirectory>().Apply(new(Smith with { Status = TenantStatus.Suspended, Version = Smith.Version + 1 }, []));

        var refused = await Record.ExceptionAsync(() => hub.InvokeAsync<string[]>("Notes", Token));
        if (transport is HttpTransportType.WebSockets)
        {
            refused.ShouldBeOfType<HubException>().Message.ShouldContain("The tenant is not served at the moment.");
        }
        else
        {
            // Here a call is a request, which is refused like any other.
            refused.ShouldBeOfType<HttpRequestException>().StatusCode.ShouldBe(HttpStatusCode.Locked);
        }
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task A_hub_whose_client_may_not_go_on_answers_no_call_and_lets_go_without_the_tenant(HttpTransportType transport)
    {
        var admission = new Closing();
        await using var app = await StartAsync(postgres, configure: services => services.Replace(ServiceDescriptor.Singleton<ITenantAdmission>(admission)));
        await using (var hub = await ConnectAsync(app, Smith, transport))
        {
            (await app.Seen.ReadAsync(Token).AsTask().WaitAsync(patience, Token)).When.ShouldBe("connected");
            (await hub.InvokeAsync<string[]>("Notes", Token)).ShouldBe(TextsOf(Smith));

            admission.IsClosed = true;

            (await Should.ThrowAsync<HubException>(() => hub.InvokeAsync<string[]>("Notes", Token))).Message.ShouldContain("You are no member any more.");
        }

        (await app.Seen.ReadAsync(Token).AsTask().WaitAsync(patience, Token)).ShouldSatisfyAllConditions(seen => seen.When.ShouldBe("disconnected"), seen => seen.Texts.ShouldBeEmpty());
    }

    [Fact]
    public async Task A_hub_that_needs_no_tenant_has_none()
    {
        await using var app = await StartAsync(postgres);
        await using var hub = await ConnectAsync(app, Smith, HttpTransportType.WebSockets, "/free-hub");

        ShouldNameThePlace(await Should.ThrowAsync<HubException>(() => hub.InvokeAsync<string[]>("Notes", Token)), $"{nameof(ContextApp)}.{nameof(TextsAsync)}");
    }

    [Fact]
    public async Task A_hosted_service_reads_what_is_the_tenants_that_it_enters_and_nothing_before()
    {
        var service = new Worker();
        await using var app = await StartAsync(postgres, configure: services => services.AddHostedService(provider => service.With(provider)));

        (await service.Read.Task.WaitAsync(patience, Token)).ShouldBe([.. TextsOf(Smith), .. TextsOf(Harbor)]);
        ShouldNameThePlace(service.Refused, $"{nameof(ContextApp)}.{nameof(TextsAsync)}");
    }

    [Fact]
    public async Task A_queue_has_the_tenant_of_each_item_and_none_of_the_consumer_before()
    {
        var queue = Channel.CreateUnbounded<TenantId>();
        await using var app = await StartAsync(postgres, (routes, _) => routes.MapPost("/queue", (TenantScope scope) => queue.Writer.WriteAsync(scope.Tenant.Id)));
        foreach (var tenant in both.Concat(both))
        {
            using var client = app.Client(tenant);
            (await client.PostAsync("/queue", null, Token)).EnsureSuccessStatusCode();
        }

        foreach (var tenant in both.Concat(both))
        {
            await using var scope = await app.Tenants.EnterAsync(await queue.Reader.ReadAsync(Token), Token);
            (await TextsAsync(scope.Get<NotesDb>(), Token)).ShouldBe(TextsOf(tenant));
        }

        // An item that was read without its tenant.
        await Should.ThrowAsync<InvalidOperationException>(async () => await app.Tenants.EnterAsync(default(TenantId), Token));
    }

    [Fact]
    public async Task What_a_request_leaves_behind_cannot_be_used_when_it_is_over()
    {
        NotesDb? left = null;
        await using var app = await StartAsync(postgres, (routes, _) => routes.MapPost("/leave", (NotesDb db) => left = db));
        using var client = app.Client(Smith);
        await client.PostAsync("/leave", null, Token);

        await Should.ThrowAsync<ObjectDisposedException>(() => TextsAsync(left.ShouldNotBeNull(), Token));
    }

    [Fact]
    public async Task A_timer_that_a_request_starts_does_not_inherit_its_tenant()
    {
        var fired = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var app = await StartAsync(postgres, (routes, app) => routes.MapPost("/timer", () =>
        {
            // It keeps the execution context of the request.
            var timer = new Timer(_ => fired.TrySetResult(Record.Exception(() => UseNotes(app.Services))));
            timer.Change(TimeSpan.FromMilliseconds(20), Timeout.InfiniteTimeSpan);
        }));
        using var client = app.Client(Smith);

        (await client.PostAsync("/timer", null, Token)).EnsureSuccessStatusCode();

        ShouldNameThePlace(await fired.Task.WaitAsync(patience, Token), nameof(ContextMatrixTests));
    }

    [Fact]
    public async Task A_task_of_a_request_has_its_tenant_by_its_scope_alone()
    {
        await using var app = await StartAsync(postgres, (routes, app) =>
        {
            routes.MapGet("/task", (NotesDb db) => Task.Run(() => TextsAsync(db, Token)));
            routes.MapGet("/other-scope", () => Task.Run(() => Record.Exception(() => UseNotes(app.Services))!.Message)); // fails, as asserted
        });

        await SideBySideAsync(async tenant =>
        {
            using var client = app.Client(tenant);
            return await client.GetFromJsonAsync<string[]>("/task", Token) ?? [];
        });
        using var smith = app.Client(Smith);
        (await smith.GetStringAsync("/other-scope", Token)).ShouldContain("No tenant is bound in this scope; " + typeof(ContextMatrixTests).FullName);
    }

    [Fact]
    public async Task A_sequence_reads_from_the_tenant_it_was_made_for_wherever_it_is_read()
    {
        await using var app = await StartAsync(postgres);
        await using var smith = await app.Tenants.EnterAsync(Smith.Id, Token);
        var sequence = StreamAsync(smith.Get<NotesDb>(), Token);

        await using var harbor = await app.Tenants.EnterAsync(Harbor.Id, Token);
        await using var reading = sequence.GetAsyncEnumerator(Token);
        foreach (var text in TextsOf(Smith))
        {
            (await TextsAsync(harbor.Get<NotesDb>(), Token)).ShouldBe(TextsOf(Harbor));
            (await reading.MoveNextAsync()).ShouldBeTrue();
            reading.Current.ShouldBe(text);
        }
    }

    [Fact]
    public async Task A_parallel_loop_over_tenants_reads_each_ones_own()
    {
        await using var app = await StartAsync(postgres);

        await Parallel.ForEachAsync(Enumerable.Range(0, 200), new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Token }, async (i, cancelled) =>
        {
            await using var scope = await app.Tenants.EnterAsync(both[i % 2].Id, cancelled);
            (await TextsAsync(scope.Get<NotesDb>(), cancelled)).ShouldBe(TextsOf(both[i % 2]));
        });
    }

    private static async Task SideBySideAsync(Func<Tenant, Task<string[]>> read, int rounds = 20) =>
        await Parallel.ForEachAsync(Enumerable.Range(0, 2 * rounds), new ParallelOptions { MaxDegreeOfParallelism = 6, CancellationToken = Token }, async (i, _) =>
            (await read(both[i % 2])).ShouldBe(TextsOf(both[i % 2])));

    private static async Task<HubConnection> ConnectAsync(ContextApp app, Tenant tenant, HttpTransportType transport, string path = "/hub")
    {
        var hub = new HubConnectionBuilder().WithUrl(app.Url + path, transport, options => options.Headers["X-Tenant-Id"] = tenant.Id.ToString()).Build();
        await hub.StartAsync(Token);
        return hub;
    }

    private static void UseNotes(IServiceProvider services)
    {
        using var scope = services.CreateScope();
        _ = scope.ServiceProvider.GetRequiredService<NotesDb>().Notes.Count();
    }

    private static void ShouldNameThePlace(Exception? refused, string place) =>
        refused.ShouldNotBeNull().Message.ShouldSatisfyAllConditions(message => message.ShouldContain("No tenant is bound in this scope"), message => message.ShouldContain(place));

    /// <summary>Lets everybody in, and at some time nobody who is in go on.</summary>
    private sealed class Closing : ITenantAdmission
    {
        public bool IsClosed { get; set; }

        public ValueTask<ProblemHttpResult?> AdmitAsync(HttpContext context, TenantResolution resolution, CancellationToken cancellationToken) => new(TenantStateAdmission.Judge(context, resolution));

        public ValueTask<ProblemHttpResult?> AdmitBodyAsync(HttpContext context, CancellationToken cancellationToken) =>
            new(IsClosed ? TypedResults.Problem("You are no member any more.", statusCode: StatusCodes.Status404NotFound) : null);
    }

    /// <summary>Does something for each tenant, once the application has started.</summary>
    private sealed class Worker : BackgroundService
    {
        private IServiceProvider services = null!;

        public TaskCompletionSource<string[]> Read { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Exception? Refused { get; private set; }

        public Worker With(IServiceProvider provider)
        {
            services = provider;
            return this;
        }

        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            try
            {
                await using var scope = services.CreateAsyncScope();
                Refused = await Record.ExceptionAsync(() => TextsAsync(scope.ServiceProvider.GetRequiredService<NotesDb>(), stoppingToken));
                List<string> texts = [];
                foreach (var tenant in both)
                {
                    string[] read;
                    do
                    {
                        await using var entered = await services.GetRequiredService<ITenantScopes>().EnterAsync(tenant.Id, stoppingToken);
                        read = await TextsAsync(entered.Get<NotesDb>(), stoppingToken);
                    }
                    while (read.Length < 3);
                    texts.AddRange(read);
                }

                Read.SetResult([.. texts]);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                Read.SetException(exception);
            }
        }
    }
}
