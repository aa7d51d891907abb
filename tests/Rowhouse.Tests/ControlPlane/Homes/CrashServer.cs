using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Homes.Pool;
using Rowhouse.ControlPlane.Operations;
using Rowhouse.Testing;
using Rowhouse.Tests.Cli;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane.Homes;

/// <summary>Real servers, each a process of its own, on the databases of one that answers the tests and works on no operations and makes no homes itself: they can be killed.</summary>
public sealed class CrashServer : ServerFixture
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("rowhouse-crash-");
    private readonly List<Node> nodes = [];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>A connection string to the control database that may do anything.</summary>
    public string Control { get; private set; } = "";

    /// <summary>The same to the shared store.</summary>
    public string Store { get; private set; } = "";

    /// <summary>How many operations a server works on at once: so many can be at a point of their own when it is killed.</summary>
    internal static int AtOnce { get; } = new OperationOptions().Workers;

    /// <summary>Each point between two steps of a kind of operation, and before the first and after the last, and the write to the control database that comes there.</summary>
    internal static IEnumerable<(string Point, string When)> PointsOf<TKind>()
        where TKind : OperationKind
    {
        // The names of its steps do not depend on what it is given.
        var maker = typeof(TKind).GetConstructors().ShouldHaveSingleItem();
        var steps = ((TKind)maker.Invoke(new object?[maker.GetParameters().Length])).StepNames;
        foreach (var (step, name) in steps.Index())
        {
            yield return ($"before {name} is begun", string.Create(CultureInfo.InvariantCulture, $"BEFORE INSERT ON platform.operation_attempts FOR EACH ROW WHEN (new.step = {step})"));
        }

        yield return ("when all is done", "BEFORE UPDATE ON platform.operations FOR EACH ROW WHEN (new.state = 2)");
    }

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Control = await new PostgresFixture().SuperuserAsync(Database.Control!);
        Store = await new PostgresFixture().SuperuserAsync(Database.Application);
    }

    public override async ValueTask DisposeAsync()
    {
        nodes.ForEach(node => node.Process.Dispose());
        folder.Delete(recursive: true);
        await base.DisposeAsync();
    }

    protected override void Configure(WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(new OperationOptions { Workers = 0 });

        // It keeps none ready, and would remove those of the others.
        builder.Services.Remove(builder.Services.Single(service => service.ImplementationType == typeof(HomePoolWorker)));
    }

    /// <summary>Starts a server that works on operations, those of dead ones at once.</summary>
    /// <param name="pool">How many homes it keeps ready.</param>
    /// <param name="environment">What else its environment says.</param>
    internal async Task<CommandProcess> StartNodeAsync(int pool = 0, IReadOnlyDictionary<string, string?>? environment = null)
    {
        // The lease of whoever was killed would end by itself, in some seconds.
        await HomeWork.ExecuteAsync(Control, "UPDATE platform.operations SET lease_until = clock_timestamp(), not_before = NULL WHERE state IN (0, 1)");
        var node = CommandProcess.Serve(folder.FullName, Database, new Dictionary<string, string?>(environment ?? new Dictionary<string, string?>()) { ["ROWHOUSE_PLATFORM_KEY_FILE"] = Settings.PlatformKeyFile, ["Homes__Pool"] = pool.ToString(CultureInfo.InvariantCulture) });
        nodes.Add(new(node, null));
        nodes[^1] = new(node, await node.ReadyAsync());
        return node;
    }

    /// <summary>A server that works on operations: the one that another test has left, or a new one.</summary>
    internal async Task<CommandProcess> NodeAsync() => nodes is [var one] ? one.Process : await StartNodeAsync();

    /// <summary>Sends what the super-admin asks to the server that was started last.</summary>
    public HttpClient NodeClient() => new() { BaseAddress = nodes[^1].Address, DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", SuperAdmin.DefaultRequestHeaders.Authorization!.Parameter) } };

    /// <summary>Kills all of them.</summary>
    public async Task StopNodesAsync()
    {
        foreach (var node in nodes)
        {
            await node.Process.KillAsync();
            node.Process.Dispose();
        }

        nodes.Clear();
    }

    /// <summary>Lets a write to the control database wait at this point, where it is about a tenant.</summary>
    public Task HoldAsync(string when, string tenant) => ControlHold.PlaceAsync(Control, when, tenant);

    /// <summary>Waits until so many wait there.</summary>
    public Task UntilHeldAsync(long count = 1) => ControlHold.UntilHeldAsync(Control, count);

    /// <summary>Ends whoever waits there, and lets nobody wait any more.</summary>
    public Task ReleaseAsync() => ControlHold.ReleaseAsync(Control);

    /// <summary>Lets transactions that have written this wait at their COMMIT until what is returned is disposed of, and then go on.</summary>
    public Task<IAsyncDisposable> GateAsync(string table, string when) => ControlGate.PlaceAsync(Control, table, when);

    /// <summary>Waits until so many wait at the gate.</summary>
    public Task UntilAtGateAsync(long count) => ControlGate.UntilHeldAsync(Control, count);

    /// <summary>Takes the gate away.</summary>
    public Task RemoveGateAsync() => ControlGate.RemoveAsync(Control);

    /// <summary>Waits until no operation is under way, as long as they become fewer.</summary>
    public async Task UntilDoneAsync()
    {
        for (var left = long.MaxValue; left > 0;)
        {
            var before = left;
            await Eventually.UntilAsync(async () => (left = await HomeWork.ScalarAsync<long>(Control, "SELECT count(*) FROM platform.operations WHERE state IN (0, 1)")) < before, Cancelled);
        }
    }

    /// <summary>Lets the tenant keep a card.</summary>
    public async Task<TestMember> WriteAsync(TenantResponse tenant)
    {
        // Another server made it, and this one hears of that within a second.
        using var look = Client(SuperAdmin.DefaultRequestHeaders.Authorization!.Parameter, tenant.Slug);
        await Eventually.UntilAsync(async () => (await look.GetAsync("/api/cardvault/cards", Cancelled)).StatusCode == HttpStatusCode.OK, Cancelled);
        var admin = await AddMemberAsync(tenant.Slug, "admin");
        await admin.Client.PostAsJsonAsync("/api/cardvault/cards", new { player = "Satchel Paige" }, Cancelled).ShouldBeAsync(HttpStatusCode.Created);
        return admin;
    }

    public async Task<long> CardsAsync(TenantResponse tenant) =>
        await HomeWork.ScalarAsync<long>(new NpgsqlConnectionStringBuilder(Control) { Database = tenant.TableName }.ConnectionString, "SELECT count(*) FROM cardvault.cards");

    private sealed record Node(CommandProcess Process, Uri? Address);
}
