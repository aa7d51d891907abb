using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Rowhouse.Contracts;
using Rowhouse.Tenancy.Postgres.Roles;
using Rowhouse.Testing;
using Rowhouse.Tests.ControlPlane.Homes;
using Rowhouse.Tests.Server;

namespace Rowhouse.Tests.ControlPlane.Placements;

/// <summary>A server, and beside it PostgreSQL servers of which stores can be made.</summary>
public class StoreServerFixture : ServerFixture
{
    private int made;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>Another PostgreSQL server.</summary>
    public OtherServer Other { get; private set; } = null!;

    /// <summary>How the other server is reached, as an operator has it.</summary>
    public StoreConnectionsRequest Connections { get; private set; } = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Other = await OtherServer.StartAsync();
        await RenewPasswordsAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (Other is not null)
        {
            await Other.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>Makes the roles on the other server, and gives them new passwords.</summary>
    public async Task RenewPasswordsAsync()
    {
        var store = await DatabaseRoles.EnsureStoreAsync("other", Other.Administrator, RoleNames.Default, RolePasswords.Generate(), Cancelled);
        Connections = new() { Platform = store.Platform, Provisioner = store.Provisioner, Owner = store.Owner, Mover = store.Mover };
    }

    /// <summary>Adds a store on the other server, unless it is there.</summary>
    public async Task AddOtherAsync(string? region = "eu-north")
    {
        using var answer = await SuperAdmin.PostAsJsonAsync("/api/stores", new { name = "other", region, connections = Connections }, Cancelled);
        if (!answer.IsSuccessStatusCode && (int)answer.StatusCode != 409)
        {
            throw new InvalidOperationException(await answer.Content.ReadAsStringAsync(Cancelled));
        }
    }

    /// <summary>Asks for a private tenant, in a store or wherever there is room, and waits for it.</summary>
    public Task<HttpResponseMessage> PlaceAsync(string? store = null, string? region = null, string? name = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/tenants")
        {
            Headers = { { "Prefer", "wait=60" } },
            Content = JsonContent.Create(new { name = name ?? $"Placed {Interlocked.Increment(ref made)}", cloudType = "private", products = new[] { "cardvault" }, store, region, deletionProtection = false }),
        };
        return SuperAdmin.SendAsync(request, Cancelled);
    }

    /// <summary>Whether a server has a database.</summary>
    public static Task<bool> HasAsync(string administrator, string database) => HomeWork.ScalarAsync<bool>(administrator, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", database);
}

internal static class StoreRows
{
    /// <summary>Adds rows of stores in which nobody can live: closed, and their server is nowhere.</summary>
    public static async Task AddStoreRowsAsync(this ServerFixture server, params string[] names)
    {
        foreach (var name in names)
        {
            await HomeWork.ExecuteAsync(await new PostgresFixture().SuperuserAsync(server.Database.Control!), $"INSERT INTO platform.stores (name, kind, is_open, created_at, version) VALUES ('{name}', 1, false, now(), 1)");
        }
    }
}

internal static class FieldAnswers
{
    /// <summary>What is wrong with a request, field by field.</summary>
    public static async Task<IReadOnlyDictionary<string, string[]>> ErrorsAsync(this Task<HttpResponseMessage> sending) =>
        (await sending.ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:request:invalid")).GetProperty("errors").Deserialize<Dictionary<string, string[]>>()!; // it has errors
}

/// <summary>What tests read of a card.</summary>
internal sealed record CardOf(string Player);
