using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Npgsql;
using Rowhouse.Contracts.CardVault;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.CardVault;

/// <summary>A server with a small catalogue and two tenants that subscribe to CardVault.</summary>
public class CardVaultFixture : ServerFixture, IAsyncLifetime
{
    public const string CatalogueHeader = "sport,year,release,set,number,name,attributes,note,variation,variation_note\n";

    private const string Catalogue = CatalogueHeader + """
        baseball,1989,1989 Upper Deck Baseball,Low Series,1,Ken Griffey Jr.,SR|RC,,,
        baseball,1989,1989 Upper Deck Baseball,Low Series,25,Randy Johnson,RC,,,
        baseball,1989,1989 Upper Deck Baseball,Low Series,89,Danny Darwin,,,,
        baseball,1989,1989 Upper Deck Baseball,High Series,701,Checklist 701-800,CL,,,
        baseball,1989,1989 Upper Deck Baseball,High Series,742,Steve Bedrosian,,,,
        baseball,1989,1989 Upper Deck Baseball,High Series,742,Steve Bedrosian,,,Error,Wrong team on back
        baseball,1989,1989 Donruss Baseball,Base Set,33,Ken Griffey Jr.,RC,,,
        baseball,1990,1990 Upper Deck Baseball,Base Set,156,Ken Griffey Jr.,,,,
        baseball,1990,1990 Upper Deck Baseball,Base Set,89,Griffey Sr. / Griffey Jr.,,,,
        baseball,2011,2011 Topps Update Baseball,Base Set,US175,Mike Trout,RC,,,
        baseball,2018,2018 Panini National Treasures Baseball,Signatures,,José Ramírez,,,,
        basketball,1986-87,1986-87 Fleer Basketball,Base Set,57,Michael Jordan,RC,,,

        """;

    internal TestTenant Smith { get; private set; } = null!;

    internal TestTenant Harbor { get; private set; } = null!;

    internal TestMember Editor { get; private set; } = null!;

    internal TestMember Member { get; private set; } = null!;

    internal TestMember OtherMember { get; private set; } = null!;

    internal TestMember Viewer { get; private set; } = null!;

    /// <summary>1989 Upper Deck #1.</summary>
    internal CatalogueCardResponse Griffey { get; private set; } = null!;

    async ValueTask IAsyncLifetime.InitializeAsync()
    {
        await InitializeAsync();
        await ImportCatalogueAsync(Catalogue).ReadAsync<CatalogueImportResponse>();
        Smith = await CreateTenantAsync("Smith Cards", "cardvault");
        Harbor = await CreateTenantAsync("Harbor City Collectors", "cardvault");
        Editor = await Smith.AddMemberAsync("editor");
        Member = await Smith.AddMemberAsync("member");
        OtherMember = await Smith.AddMemberAsync("member");
        Viewer = await Smith.AddMemberAsync("viewer");
        Griffey = (await SearchAsync("griffey 89 ud")).Items[0];
    }

    /// <summary>Lets PostgreSQL count what was imported, as autovacuum does in time.</summary>
    internal async Task AnalyzeAsync()
    {
        await using var owner = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(Database.Owner) { Pooling = false }.ConnectionString);
        await using var analyze = owner.CreateCommand("ANALYZE");
        await analyze.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    internal Task<HttpResponseMessage> ImportCatalogueAsync(string csv) => ImportCatalogueAsync(Encoding.UTF8.GetBytes(csv), "text/csv");

    internal Task<HttpResponseMessage> ImportCatalogueAsync(byte[] file, string type) =>
        SuperAdmin.PostAsync("/api/platform/cardvault/catalogue/imports", new ByteArrayContent(file) { Headers = { ContentType = new MediaTypeHeaderValue(type) } }, TestContext.Current.CancellationToken);

    internal Task<CatalogueSearchResponse> SearchAsync(string query, int limit = 20) =>
        Smith.Admin.Client.GetAsync($"/api/cardvault/catalogue/search?q={Uri.EscapeDataString(query)}&limit={limit}", TestContext.Current.CancellationToken).ReadAsync<CatalogueSearchResponse>();
}

/// <summary>The requests that tests of CardVault make over and over.</summary>
internal static class CardVaultRequests
{
    public static Task<HttpResponseMessage> AddCardAsync(this TestMember member, object card) =>
        member.Client.PostAsJsonAsync("/api/cardvault/cards", card, TestContext.Current.CancellationToken);

    public static Task<CardResponse> AddedCardAsync(this TestMember member, object card) => member.AddCardAsync(card).ReadAsync<CardResponse>(System.Net.HttpStatusCode.Created);

    public static Task<CollectionResponse> AddedCollectionAsync(this TestMember member, string name) =>
        member.Client.PostAsJsonAsync("/api/cardvault/collections", new CollectionRequest(name), TestContext.Current.CancellationToken).ReadAsync<CollectionResponse>(System.Net.HttpStatusCode.Created);

    public static Task<HttpResponseMessage> PatchCardAsync(this TestMember member, Guid id, string patch, string? ifMatch = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Patch, $"/api/cardvault/cards/{id}") { Content = new StringContent(patch, Encoding.UTF8, "application/merge-patch+json") };
        if (ifMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch).ShouldBeTrue();
        }

        return member.Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public static Task<HttpResponseMessage> GetAsync(this TestMember member, string path) => member.Client.GetAsync($"/api/cardvault/{path}", TestContext.Current.CancellationToken);

    public static Task<HttpResponseMessage> DeleteAsync(this TestMember member, string path) => member.Client.DeleteAsync($"/api/cardvault/{path}", TestContext.Current.CancellationToken);

    public static Task<HttpResponseMessage> ImportAsync(this TestMember member, string csv, string query = "") => member.ImportAsync(Encoding.UTF8.GetBytes(csv), query);

    public static Task<HttpResponseMessage> ImportAsync(this TestMember member, byte[] csv, string query = "") =>
        member.Client.PostAsync($"/api/cardvault/cards/import{query}", new ByteArrayContent(csv) { Headers = { ContentType = new MediaTypeHeaderValue("text/csv") } }, TestContext.Current.CancellationToken);
}

/// <summary>The same where each tenant has a home of its own.</summary>
public sealed class PrivateCardVaultFixture : CardVaultFixture
{
    protected override string CloudType => "private";
}
