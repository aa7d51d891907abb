using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using Rowhouse.Contracts;
using Rowhouse.Contracts.CardVault;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.CardVault;

public sealed class CollectionTests(CardVaultFixture vault) : IClassFixture<CardVaultFixture>
{
    [Fact]
    public async Task A_collection_counts_its_cards_and_copies()
    {
        var collection = await vault.Member.AddedCollectionAsync("Counted");
        await vault.Member.AddedCardAsync(new { player = "A", quantity = 3, collectionId = collection.Id });
        await vault.Member.AddedCardAsync(new { player = "B", collectionId = collection.Id });

        var counted = await vault.Viewer.GetAsync($"collections/{collection.Id}").ReadAsync<CollectionResponse>();

        (counted.Cards, counted.Copies, counted.OwnerId, counted.CanEdit).ShouldBe((2, 4L, vault.Member.Id, false));
    }

    [Fact]
    public async Task Two_names_that_differ_in_case_or_accents_are_one()
    {
        await vault.Member.AddedCollectionAsync("José's Binder");

        await AddAsync("  JOSE'S BINDER ").ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:cardvault:duplicate-collection");
        (await vault.Harbor.Admin.AddedCollectionAsync("josé's binder")).Name.ShouldBe("josé's binder");
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("a\nb")]
    public async Task A_name_that_says_nothing_is_refused(string name) => await AddAsync(name).ShouldBeAsync(HttpStatusCode.BadRequest);

    [Fact]
    public async Task A_request_without_a_name_names_the_field() =>
        (await vault.Member.Client.PostTextAsync("/api/cardvault/collections", "{}").ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:request:invalid")).Fields().ShouldBe(["name"]);

    [Fact]
    public async Task A_collection_with_cards_is_deleted_only_when_they_may_become_loose()
    {
        var collection = await vault.Member.AddedCollectionAsync("To delete");
        var card = await vault.Member.AddedCardAsync(new { player = "Kept", collectionId = collection.Id });

        (await vault.Member.DeleteAsync($"collections/{collection.Id}").ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:cardvault:collection-not-empty"))
            .GetProperty("detail").GetString().ShouldNotBeNull().ShouldContain("cards: 1");
        await vault.Member.DeleteAsync($"collections/{collection.Id}?cards=gone").ShouldBeAsync(HttpStatusCode.BadRequest);
        await vault.Member.DeleteAsync($"collections/{collection.Id}?cards=loose").ShouldBeAsync(HttpStatusCode.NoContent);

        var loose = await vault.Member.GetAsync($"cards/{card.Id}").ReadAsync<CardResponse>();
        (loose.CollectionId, loose.Version).ShouldBe(((Guid?)null, 2L));
        await vault.Member.GetAsync($"collections/{collection.Id}").ProblemAsync(HttpStatusCode.NotFound, "urn:rowhouse:cardvault:unknown-collection");
    }

    [Theory]
    [InlineData("Raced for {0}")]
    [InlineData("Raced for")]
    public async Task Of_many_names_at_once_for_what_was_seen_one_is_given_and_the_others_are_told_that_it_changed(string name)
    {
        var collection = await vault.Member.AddedCollectionAsync($"Seen by many: {name}");

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => RenameAsync(vault.Member, collection.Id, string.Format(CultureInfo.InvariantCulture, name, i), "\"1\"")));

        answers.Select(answer => answer.StatusCode).Order().ShouldBe([HttpStatusCode.OK, .. Enumerable.Repeat(HttpStatusCode.PreconditionFailed, 7)]);
    }

    [Fact]
    public async Task A_member_renames_their_own_and_an_editor_everybodys()
    {
        var collection = await vault.Member.AddedCollectionAsync("Old name");

        await RenameAsync(vault.OtherMember, collection.Id, "Stolen").ProblemAsync(HttpStatusCode.Forbidden, "urn:rowhouse:cardvault:not-yours");
        await RenameAsync(vault.Viewer, collection.Id, "Stolen").ShouldBeAsync(HttpStatusCode.Forbidden);
        (await RenameAsync(vault.Member, collection.Id, "New name").ReadAsync<CollectionResponse>()).Version.ShouldBe(2);
        (await RenameAsync(vault.Editor, collection.Id, "Newer name").ReadAsync<CollectionResponse>()).Name.ShouldBe("Newer name");
        await vault.OtherMember.DeleteAsync($"collections/{collection.Id}").ShouldBeAsync(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Collections_are_listed_by_name_page_by_page_and_only_the_tenants_own()
    {
        foreach (var name in new[] { "zeta", "Alpha", "émile" })
        {
            await vault.Harbor.Admin.AddedCollectionAsync(name);
        }

        List<string> names = [];
        string? after = null;
        do
        {
            var page = await vault.Harbor.Admin.GetAsync($"collections?limit=1&after={after}").ReadAsync<Page<CollectionResponse>>();
            names.AddRange(page.Items.Select(collection => collection.Name));
            after = page.Next;
        }
        while (after is not null);

        names.Where(name => name is "zeta" or "Alpha" or "émile").ShouldBe(["Alpha", "émile", "zeta"]);
        names.ShouldNotContain("Counted");
    }

    private Task<HttpResponseMessage> AddAsync(string name) => vault.Member.Client.PostAsJsonAsync("/api/cardvault/collections", new { name }, TestContext.Current.CancellationToken);

    private static Task<HttpResponseMessage> RenameAsync(TestMember member, Guid id, string name, string? ifMatch = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Patch, $"/api/cardvault/collections/{id}") { Content = JsonContent.Create(new { name }) };
        if (ifMatch is not null)
        {
            request.Headers.Add("If-Match", ifMatch);
        }

        return member.Client.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
