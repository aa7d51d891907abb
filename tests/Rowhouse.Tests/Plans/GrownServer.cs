using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Rowhouse.CardVault.Cards;
using Rowhouse.CardVault.Catalogue;
using Rowhouse.CardVault.Collections;
using Rowhouse.Contracts;
using Rowhouse.Contracts.CardVault;
using Rowhouse.ControlPlane.Auditing;
using Rowhouse.ControlPlane.Domains;
using Rowhouse.ControlPlane.Licenses;
using Rowhouse.ControlPlane.Licenses.Lists;
using Rowhouse.ControlPlane.Members;
using Rowhouse.ControlPlane.Operations;
using Rowhouse.ControlPlane.Outbox;
using Rowhouse.ControlPlane.Placements;
using Rowhouse.ControlPlane.Products;
using Rowhouse.ControlPlane.Sessions;
using Rowhouse.ControlPlane.Tenants;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Postgres.Outbox;
using Rowhouse.Tenancy.Secrets;
using Rowhouse.Tenancy.Settings;
using Rowhouse.Testing;
using Rowhouse.Tests.CardVault;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.Plans;

/// <summary>
/// A server on tables that have grown: 20,000 tenants with their people, sessions and entries of the audit, fifty of them with
/// cards, one with 20,000. It tells how PostgreSQL runs what it asks.
/// </summary>
public sealed class GrownServer : ServerFixture
{
    /// <summary>The section of settings that the server has, and the secret.</summary>
    internal const string Section = "grown";

    private static readonly List<string> Order = ["GET", "POST", "PUT", "PATCH", "DELETE"];

    private const int Tenants = 20_000;
    private const int Cards = 20_000;
    private const int Sets = 20_000;

    private PlanLog log = null!; // the runner initialises it before any test
    private IReadOnlyList<Walked>? walked;

    /// <summary>The tenant that has the most of everything.</summary>
    internal TestTenant Smith { get; private set; } = null!; // the same

    /// <summary>Somebody else in that tenant, for what changes people.</summary>
    internal TestMember Other { get; private set; } = null!; // the same

    /// <summary>The secret of a one-time link.</summary>
    internal string Invitation { get; private set; } = null!; // the same

    /// <summary>A card of the tenant.</summary>
    internal CardResponse Card { get; private set; } = null!; // the same

    /// <summary>A collection of the tenant.</summary>
    internal CollectionResponse Collection { get; private set; } = null!; // the same

    /// <summary>A checklist card.</summary>
    internal CatalogueCardResponse CatalogueCard { get; private set; } = null!; // the same

    /// <summary>The tables of the server with how many rows they have grown to; without the list of migrations, which stays short.</summary>
    internal IReadOnlyDictionary<string, long> Tables { get; private set; } = null!; // the same

    protected override string Template => "rowhouse_grown";

    protected override void Configure(WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<OperationKind>(new WalkKind());
        builder.Services.AddSingleton(new OperationOptions { Poll = TimeSpan.FromMinutes(10) }); // else the log that is read is full of workers who look
        builder.AddTenantSettings(Section, new GrownSettings(Count: 1)).AddTenantSecret<GrownSecret>(Section)
            .WithOutbox(options => options.SweepEvery = TimeSpan.FromDays(1)); // else it finds thousands of tenants with events in the middle of a test
    }

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Smith = await CreateTenantAsync("Smith Cards", "cardvault");
        Other = await Smith.AddMemberAsync("admin");
        var invited = await Smith.Admin.Client.PostAsJsonAsync("/api/members", new AddMemberRequest { Email = "invited@smith.localhost", Name = "Invited", Role = "viewer" }).ReadAsync<MemberResponse>(HttpStatusCode.Created);
        Invitation = TokenOf(invited.InvitationLink.ShouldNotBeNull());
        await SuperAdmin.PostTextAsync("/api/platform/cardvault/catalogue/imports", Checklists(), "text/csv").ReadAsync<CatalogueImportResponse>();
        await RunAsync(Database.Application, Growth.Homes(Tenants), Growth.Checklists(Sets), Growth.Collections(Smith.Id, Smith.Admin.Id));
        (await Smith.Admin.ImportAsync(CardFile()).ReadAsync<CardImportResponse>()).Imported.ShouldBe(Cards);
        await RunAsync(Database.Application, Growth.Cards(Smith.Id), "RESET session_replication_role", "VACUUM ANALYZE");
        await RunAsync(Database.Control!, Growth.Platform(Tenants, Smith.Id), "RESET session_replication_role", "VACUUM ANALYZE"); // a server has a control database
        Card = (await Smith.Admin.GetAsync("cards?sort=player&limit=1").ReadAsync<Page<CardResponse>>()).Items[0];
        Collection = (await Smith.Admin.GetAsync("collections?limit=1").ReadAsync<Page<CollectionResponse>>()).Items[0];
        CatalogueCard = (await Smith.Admin.GetAsync("catalogue/search?q=player%20777").ReadAsync<CatalogueSearchResponse>()).Items[0];
        Tables = await ReadTablesAsync();
        log = await PlanLog.StartAsync(new PostgresFixture(), Services.GetRequiredService<PostgresStore>());
    }

    /// <summary>The plans of all that runs during some work, for the values at hand or for any.</summary>
    /// <param name="mode">One of <see cref="PlanLog.Modes"/>.</param>
    /// <param name="work">What makes the server ask.</param>
    public async Task<IReadOnlyList<StatementPlan>> RecordAsync(string mode, Func<Task> work)
    {
        await log.UseAsync(mode);
        Services.GetRequiredService<SessionCache>().Clear();
        return await log.RecordAsync(work);
    }

    /// <summary>
    /// The plans of all operations of the document but those about the caller's own account, which <see cref="HotQueries"/> has. Each is sent by somebody who
    /// has one of everything, and then with each parameter of its query; each list by who has the most, in all its orders, with a page in the depth of each.
    /// </summary>
    public async Task<IReadOnlyList<Walked>> WalkAsync()
    {
        if (walked is not null)
        {
            return walked;
        }

        List<Walked> all = [];
        var walk = new ApiWalk(this);
        List<string> refused = [];
        foreach (var mode in PlanLog.Modes)
        {
            var estate = await walk.MakeEstateAsync("Walk");

            // Without a product, so that one can be subscribed to.
            var bare = await CreateTenantAsync("Bare");
            string[] ids = [.. estate.Ids, bare.Slug, CatalogueCard.ReleaseId.ToString(), CatalogueCard.SetId.ToString(), ApiWalk.ListEntry, ApiWalk.Store];

            // What is read before it is changed, and changed before it is deleted; a tenant after what is in it.
            foreach (var operation in (await walk.OperationsAsync()).OrderBy(operation => operation.EndsTenant).ThenBy(operation => Order.IndexOf(operation.Method.Method)).ThenByDescending(operation => operation.NeedsTenant))
            {
                await walk.PrepareAsync(operation, estate);
                await AskAsync(operation.Id, async () =>
                {
                    var found = await SendAsync(estate.Tenant, operation, parameter: null);
                    foreach (var list in !operation.IsSorted ? [] : operation.IsWithinTenant ? [operation.With(Smith.Slug)] : found)
                    {
                        foreach (var order in Sorts(operation.Id).SelectMany(sort => new[] { sort, $"-{sort}" }))
                        {
                            await (operation.NeedsTenant ? Smith.Admin.Client : SuperAdmin).ReadNextAsync($"{list}?sort={order}");
                        }
                    }

                    return found.Count > 0;
                });
                foreach (var parameter in operation.Queries.Except(["after", "sort", "confirm"])) // the last was given before: without it nothing is deleted
                {
                    await AskAsync($"{operation.Id}?{parameter}", async () => (await SendAsync(operation.Method == HttpMethod.Get ? Smith : estate.Tenant, operation, parameter)).Count > 0);
                }
            }

            async Task AskAsync(string asked, Func<Task<bool>> askAsync)
            {
                var succeeded = false;
                var plans = await RecordAsync(mode, async () => succeeded = await askAsync());
                refused.AddRange(succeeded ? [] : [asked]);
                all.AddRange(plans.Select(plan => new Walked(asked, mode, plan)));
            }

            async Task<List<string>> SendAsync(TestTenant tenant, ApiOperation operation, string? parameter)
            {
                List<string> found = [];
                foreach (var path in operation.Path.Contains('{', StringComparison.Ordinal) ? ids.Select(operation.With) : [operation.Path])
                {
                    using var answer = await ApiWalk.SendAsync(operation.NeedsTenant ? tenant.Admin.Client : SuperAdmin, operation, path, operation.NeedsTenant ? tenant.Slug : null, estate, parameter);
                    found.AddRange(answer.IsSuccessStatusCode ? [path] : []);
                }

                return found;
            }
        }

        // Their twins have made and ended the subscriptions before, and ask the same. Of a store that is added another database server is part, and its row is found by its key.
        refused.Except(["SubscribeAccount", "UnsubscribeAccount", nameof(AddStore)]).ShouldBeEmpty("What they ask was not seen.");

        return walked = all;
    }

    private static IEnumerable<string> Sorts(string list) => list switch
    {
        "ListAudit" or "ListPlatformAudit" => ListAudit.Sorts,
        "ListTenants" or "ListTenantsAccount" => ListTenants.Sorts,
        nameof(ListMembers) => ListMembers.Sorts,
        nameof(ListDomains) => ListDomains.Sorts,
        "ListLicenses" or "ListLicensesAccount" => ListLicenses.Sorts,
        nameof(ListEvents) => ListEvents.Sorts,
        "ListOperations" or "ListOperationsAccount" => ListOperations.Sorts,
        "ListTenantProducts" or "ListTenantProductsAccount" => ListTenantProducts.Sorts,
        "ListEnterprises" => ListEntries<Enterprise, EnterpriseRequest, EnterpriseResponse>.Sorts,
        nameof(ListStores) => ListStores.Sorts,
        "ListLicensedProducts" => ListEntries<LicensedProduct, LicensedItemRequest, LicensedItemResponse>.Sorts,
        "ListLicensedServices" => ListEntries<LicensedService, LicensedItemRequest, LicensedItemResponse>.Sorts,
        nameof(ListReleases) => ListReleases.Sorts,
        nameof(GetSet) => GetSet.Sorts,
        nameof(ListCards) => CardSort.All,
        nameof(ListCollections) => ListCollections.Sorts,
        _ => throw new InvalidOperationException($"{list} has orders: name them to the walk."),
    };

    private async Task<IReadOnlyDictionary<string, long>> ReadTablesAsync()
    {
        Dictionary<string, long> tables = [];
        foreach (var database in new[] { Database.Application, Database.Control! }) // the same
        {
            await using var source = NpgsqlDataSource.Create(await new PostgresFixture().SuperuserAsync(database));
            await using var command = source.CreateCommand(
                "SELECT format('%s.%s', n.nspname, c.relname), c.reltuples::bigint FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND (n.nspname, c.relname) NOT IN (('tenancy', 'migrations'), ('tenancy', 'reference_versions'), ('tenancy', 'reference_copy'), ('platform', 'stores'), ('platform', 'pooled_homes'))"); // of these there are some dozens, however many tenants
            await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
            while (await reader.ReadAsync(TestContext.Current.CancellationToken))
            {
                tables.Add(reader.GetString(0), reader.GetInt64(1));
            }
        }

        return tables;
    }

    private async Task RunAsync(string database, params string[] statements)
    {
        await using var source = NpgsqlDataSource.Create(await new PostgresFixture().SuperuserAsync(database));
        await using var connection = await source.OpenConnectionAsync();
        foreach (var statement in statements)
        {
            await using var command = new NpgsqlCommand(statement, connection) { CommandTimeout = 120 };
            await command.ExecuteNonQueryAsync();
        }
    }

    // 1,200 releases of two sets with nine cards each, some with a variation.
    private static string Checklists()
    {
        var file = new StringBuilder(CardVaultFixture.CatalogueHeader);
        for (var release = 0; release < 1_200; release++)
        {
            var year = 1950 + (release % 70);
            for (var card = 0; card < 18; card++)
            {
                var line = string.Create(CultureInfo.InvariantCulture, $"baseball,{year},{year} Maker {release} Baseball,{(card < 9 ? "Base Set" : "Inserts")},{card},Player {release},{(card == 0 ? "RC" : "")},");
                file.Append(line).Append(",,\n");
                if (card == 1)
                {
                    file.Append(line).Append(",Error,\n");
                }
            }
        }

        return file.ToString();
    }

    private static string CardFile() => "cardNumber,player,team,manufacturer,set,year,grader,grade,location,cost,tags,collectionName\n" + string.Concat(Enumerable.Range(0, Cards).Select(i => string.Create(
        CultureInfo.InvariantCulture,
        $"{i},Player {i},Team {i % 100},Maker {i % 40},{1880 + (i % 140)} Topps,{1880 + (i % 140)},{(i % 10 == 0 ? "PSA" : "")},{(i % 10 == 0 ? 1 + (i / 10 % 10) : "")},Box {i % 50},{i % 90}.25,{(i % 500 == 0 ? "rare" : "")},{(i % 2 == 0 ? $"Collection {1 + (i % 100)}" : "")}\n")));
}

/// <summary>A statement that an operation of the document has run.</summary>
/// <param name="Operation">The operation.</param>
/// <param name="Mode">Which plans were used.</param>
/// <param name="Plan">How it was run.</param>
public sealed record Walked(string Operation, string Mode, StatementPlan Plan);

/// <summary>The walk's operations: they have no step.</summary>
internal sealed class WalkKind() : OperationKind<GrownSettings>(new OperationPlan<GrownSettings>(ApiWalk.OperationKind));

/// <summary>A secret.</summary>
internal sealed record GrownSecret(string Token)
{
    public override string ToString() => nameof(GrownSecret);
}

/// <summary>A section of settings.</summary>
internal sealed record GrownSettings(int Count);
