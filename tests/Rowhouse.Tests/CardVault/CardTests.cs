using System.Net;
using Rowhouse.Contracts.CardVault;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.CardVault;

/// <summary>Cards of tenants in the shared home.</summary>
public sealed class SharedCardTests(CardVaultFixture vault) : CardTests(vault), IClassFixture<CardVaultFixture>;

/// <summary>The same where each tenant has a home of its own.</summary>
public sealed class PrivateCardTests(PrivateCardVaultFixture vault) : CardTests(vault), IClassFixture<PrivateCardVaultFixture>;

public abstract class CardTests(CardVaultFixture vault)
{
    [Fact]
    public async Task A_card_is_picked_from_the_checklist_then_a_graded_copy_whose_certificate_is_taken_afterwards()
    {
        var raw = await vault.Member.AddedCardAsync(new { checklistCardId = vault.Griffey.Id, condition = "NM", cost = new { amount = "40.00", currency = "GBP" } });
        var graded = await vault.Member.AddedCardAsync(new { checklistCardId = vault.Griffey.Id, grader = "PSA", grade = "10", certificate = "12345678" });

        raw.ShouldSatisfyAllConditions(
            card => card.Player.ShouldBe("Ken Griffey Jr."),
            card => card.Attributes.ShouldContain("RC"),
            card => card.Cost.ShouldBe(new("40.00", "GBP")),
            card => card.Condition.ShouldBe("NM"),
            card => card.Set.ShouldBe("1989 Upper Deck Baseball Low Series"),
            card => card.CanEdit.ShouldBeTrue(),
            card => card.Version.ShouldBe(1));
        graded.Quantity.ShouldBe(1);
        await vault.Editor.AddCardAsync(new { checklistCardId = vault.Griffey.Id, grader = "psa", grade = "9", certificate = "12345678" })
            .ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:cardvault:duplicate-certificate");
        (await vault.Editor.AddedCardAsync(new { checklistCardId = vault.Griffey.Id, grader = "SGC", grade = "9", certificate = "12345678" })).Certificate.ShouldBe("12345678");
        (await vault.Harbor.Admin.AddedCardAsync(new { checklistCardId = vault.Griffey.Id, grader = "PSA", grade = "9", certificate = "12345678" })).Certificate.ShouldBe("12345678");
    }

    [Fact]
    public async Task BGS_with_an_overall_too_high_is_kept_with_the_rule_and_PSA_nine_and_a_half_is_refused()
    {
        var subgrades = new { centering = "9.5", corners = "9.5", edges = "9", surface = "8" };

        var kept = await vault.Member.AddedCardAsync(new { player = "Frank Thomas", grader = "BGS", grade = "9.5", subgrades });
        kept.Warnings.ShouldHaveSingleItem().Detail.ShouldContain("at most one above the lowest subgrade");
        (await vault.Member.GetAsync($"cards/{kept.Id}").ReadAsync<CardResponse>()).Warnings.Count.ShouldBe(1);

        (await vault.Member.AddCardAsync(new { player = "Frank Thomas", grader = "PSA", grade = "9.5" }).ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:request:invalid"))
            .Fields().ShouldBe(["grade"]);
    }

    [Fact]
    public async Task Every_wrong_field_is_named_at_once() =>
        (await vault.Member.AddCardAsync(new { player = "X", grader = "PSA", grade = "9.5", condition = "NM", serialNumber = 9, serialLimit = 5, checklistCardId = Guid.AllBitsSet, collectionId = Guid.AllBitsSet })
            .ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:request:invalid")).Fields().ShouldBe(["checklistCardId", "collectionId", "condition", "grade", "serialNumber"]);

    [Theory]
    [InlineData("""{"player":""")]
    [InlineData("""[]""")]
    [InlineData("""{"player":"X","nickname":"Y"}""")]
    [InlineData("""{"player":"X","quantity":"two"}""")]
    [InlineData("""{"player":"X","quantity":0}""")]
    [InlineData("""{"player":"X","quantity":99999999999999}""")]
    [InlineData("""{"player":"X\u0000Y"}""")]
    [InlineData("""{"player":"X","acquiredOn":"31/12/2024"}""")]
    [InlineData("""{"player":"X","cost":{"amount":"1.2.3","currency":"USD"}}""")]
    [InlineData("""{"player":"X","cost":{"amount":"5"}}""")]
    [InlineData("""{"player":"X","tags":[null]}""", true)]
    [InlineData("""{"player":"X","subgrades":{"centering":"9"},"grader":"BGS","grade":"9"}""")]
    [InlineData("""{"player":"   "}""")]
    public async Task Nonsense_is_a_problem_and_never_a_failure(string body, bool accepted = false)
    {
        using var answer = await vault.Member.Client.PostTextAsync("/api/cardvault/cards", body);

        ((int)answer.StatusCode).ShouldBeInRange(accepted ? 200 : 400, 499, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_patch_changes_what_it_names_and_null_takes_away()
    {
        var card = await vault.Member.AddedCardAsync(new { player = "Randy Johnson", team = "Expos", condition = "NM", cost = new { amount = "3.50", currency = "USD" }, tags = new[] { "a", "b" } });

        var changed = await vault.Member.PatchCardAsync(card.Id, """{"team":null,"cost":{"amount":"4.00"},"tags":["c"],"quantity":3}""").ReadAsync<CardResponse>();

        changed.ShouldSatisfyAllConditions(
            now => now.Team.ShouldBeNull(),
            now => now.Cost.ShouldBe(new("4.00", "USD")),
            now => now.Tags.ShouldBe(["c"]),
            now => now.Quantity.ShouldBe(3),
            now => now.Player.ShouldBe("Randy Johnson"),
            now => now.Condition.ShouldBe("NM"),
            now => now.Version.ShouldBe(2));
    }

    [Fact]
    public async Task A_patched_card_is_checked_as_a_whole()
    {
        var card = await vault.Member.AddedCardAsync(new { player = "Randy Johnson", condition = "NM", quantity = 2 });

        (await vault.Member.PatchCardAsync(card.Id, """{"grader":"PSA","grade":"9"}""").ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:request:invalid"))
            .Fields().ShouldBe(["condition", "quantity"]);
        (await vault.Member.PatchCardAsync(card.Id, """{"grader":"PSA","grade":"9","condition":null,"quantity":1}""").ReadAsync<CardResponse>()).Grade.ShouldBe("9");
    }

    [Fact]
    public async Task A_card_that_leaves_its_checklist_keeps_what_it_said()
    {
        var bedrosian = (await vault.SearchAsync("bedrosian")).Items[0];
        var card = await vault.Member.AddedCardAsync(new { checklistCardId = vault.Griffey.Id, condition = "EX" });
        var error = await vault.Member.AddedCardAsync(new { checklistCardId = bedrosian.Id, variationId = bedrosian.Variations[0].Id });

        var free = await vault.Member.PatchCardAsync(card.Id, """{"checklistCardId":null,"team":"Seattle Mariners"}""").ReadAsync<CardResponse>();
        await vault.Member.PatchCardAsync(error.Id, """{"checklistCardId":null}""").ShouldBeAsync(HttpStatusCode.OK);
        var later = await vault.Member.PatchCardAsync(error.Id, """{"location":"Box 1"}""").ReadAsync<CardResponse>();

        free.ShouldSatisfyAllConditions(
            now => now.ChecklistCardId.ShouldBeNull(), now => now.Player.ShouldBe("Ken Griffey Jr."), now => now.Year.ShouldBe(1989), now => now.CardNumber.ShouldBe("1"), now => now.Attributes.ShouldBe(["SR", "RC"]));
        (later.VariationId, later.Variation, later.Player).ShouldBe((null, "Error", "Steve Bedrosian"));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"player":"Randy Johnson"}""")]
    [InlineData("""{"team":null,"cost":{},"quantity":2,"tags":["a"]}""")]
    public async Task A_patch_that_changes_nothing_keeps_the_version(string patch)
    {
        var card = await vault.Member.AddedCardAsync(new { player = "Randy Johnson", quantity = 2, tags = new[] { "a" }, cost = new { amount = "3.50", currency = "USD" } });
        var before = await vault.Member.GetAsync($"cards/{card.Id}").ReadAsync<CardResponse>();

        using var answer = await vault.Member.PatchCardAsync(card.Id, patch);

        answer.Headers.ETag.ShouldNotBeNull().Tag.ShouldBe("\"1\"");
        var same = await Task.FromResult(answer).ReadAsync<CardResponse>();
        (same.Version, same.UpdatedAt).ShouldBe((1, before.UpdatedAt));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("""{"nickname":"Y"}""")]
    [InlineData("""{"cost":5}""")]
    [InlineData("""{"cost":{"amount":{"deep":1}}}""")]
    [InlineData("""{"tags":"a"}""")]
    [InlineData("""{"Player":"X"}""")]
    [InlineData("""{"player":null}""")]
    [InlineData("""{"player":""")]
    public async Task A_patch_that_does_not_fit_is_refused(string patch)
    {
        var card = await vault.Member.AddedCardAsync(new { player = "Randy Johnson" });

        await vault.Member.PatchCardAsync(card.Id, patch).ShouldBeAsync(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_change_of_what_somebody_else_changed_is_refused()
    {
        var card = await vault.Member.AddedCardAsync(new { player = "Randy Johnson" });
        await vault.Editor.PatchCardAsync(card.Id, """{"location":"Box 1"}""", "\"1\"").ShouldBeAsync(HttpStatusCode.OK);

        await vault.Member.PatchCardAsync(card.Id, """{"location":"Box 2"}""", "\"1\"").ProblemAsync(HttpStatusCode.PreconditionFailed, "urn:rowhouse:request:changed-meanwhile");
        await vault.Member.PatchCardAsync(card.Id, """{"location":"Box 2"}""", "1").ShouldBeAsync(HttpStatusCode.BadRequest);
        (await vault.Member.GetAsync($"cards/{card.Id}").ReadAsync<CardResponse>()).Location.ShouldBe("Box 1");
    }

    [Fact]
    public async Task Of_many_changes_at_once_none_is_lost_in_silence()
    {
        var card = await vault.Member.AddedCardAsync(new { player = "Randy Johnson" });

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => vault.Member.PatchCardAsync(card.Id, $$"""{"location":"Box {{i}}"}""", "\"1\"")));

        answers.Count(answer => answer.StatusCode == HttpStatusCode.OK).ShouldBe(1);
        answers.Count(answer => answer.StatusCode == HttpStatusCode.PreconditionFailed).ShouldBe(7);
        (await vault.Member.GetAsync($"cards/{card.Id}").ReadAsync<CardResponse>()).Version.ShouldBe(2);
    }

    [Fact]
    public async Task A_deleted_card_is_gone()
    {
        var card = await vault.Member.AddedCardAsync(new { player = "Randy Johnson" });

        await vault.Member.DeleteAsync($"cards/{card.Id}").ShouldBeAsync(HttpStatusCode.NoContent);

        await vault.Member.GetAsync($"cards/{card.Id}").ProblemAsync(HttpStatusCode.NotFound, "urn:rowhouse:cardvault:unknown-card");
        await vault.Member.DeleteAsync($"cards/{card.Id}").ShouldBeAsync(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Another_tenant_neither_sees_nor_changes_a_card()
    {
        var collection = await vault.Member.AddedCollectionAsync("Smith only");
        var card = await vault.Member.AddedCardAsync(new { player = "Randy Johnson", collectionId = collection.Id });
        var stranger = vault.Harbor.Admin;

        await stranger.GetAsync($"cards/{card.Id}").ShouldBeAsync(HttpStatusCode.NotFound);
        await stranger.PatchCardAsync(card.Id, """{"location":"mine"}""").ShouldBeAsync(HttpStatusCode.NotFound);
        await stranger.DeleteAsync($"cards/{card.Id}").ShouldBeAsync(HttpStatusCode.NotFound);
        await stranger.GetAsync($"collections/{collection.Id}").ShouldBeAsync(HttpStatusCode.NotFound);
        await stranger.DeleteAsync($"collections/{collection.Id}?cards=loose").ShouldBeAsync(HttpStatusCode.NotFound);
        (await stranger.AddCardAsync(new { player = "X", collectionId = collection.Id }).ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:request:invalid")).Fields().ShouldBe(["collectionId"]);
        (await vault.Member.GetAsync($"cards/{card.Id}").ReadAsync<CardResponse>()).Location.ShouldBeNull();
    }

    [Fact]
    public async Task A_viewer_reads_and_changes_nothing()
    {
        var card = await vault.Member.AddedCardAsync(new { player = "Randy Johnson" });

        (await vault.Viewer.GetAsync($"cards/{card.Id}").ReadAsync<CardResponse>()).CanEdit.ShouldBeFalse();
        await vault.Viewer.AddCardAsync(new { player = "X" }).ShouldBeAsync(HttpStatusCode.Forbidden);
        await vault.Viewer.PatchCardAsync(card.Id, "{}").ShouldBeAsync(HttpStatusCode.Forbidden);
        await vault.Viewer.DeleteAsync($"cards/{card.Id}").ShouldBeAsync(HttpStatusCode.Forbidden);
        await vault.Viewer.ImportAsync("player\nX\n").ShouldBeAsync(HttpStatusCode.Forbidden);
        await vault.Viewer.GetAsync("cards/export").ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_member_changes_their_own_and_an_editor_everybodys()
    {
        var loose = await vault.Member.AddedCardAsync(new { player = "Randy Johnson" });
        var theirs = await vault.OtherMember.AddedCollectionAsync("Others' cards");
        var kept = await vault.OtherMember.AddedCardAsync(new { player = "Gary Sheffield", collectionId = theirs.Id });

        (await vault.OtherMember.GetAsync($"cards/{loose.Id}").ReadAsync<CardResponse>()).CanEdit.ShouldBeFalse();
        await vault.OtherMember.PatchCardAsync(loose.Id, """{"location":"x"}""").ProblemAsync(HttpStatusCode.Forbidden, "urn:rowhouse:cardvault:not-yours");
        await vault.OtherMember.DeleteAsync($"cards/{loose.Id}").ShouldBeAsync(HttpStatusCode.Forbidden);
        await vault.Member.PatchCardAsync(kept.Id, """{"location":"x"}""").ShouldBeAsync(HttpStatusCode.Forbidden);
        await vault.Member.PatchCardAsync(loose.Id, $$"""{"collectionId":"{{theirs.Id}}"}""").ProblemAsync(HttpStatusCode.Forbidden, "urn:rowhouse:cardvault:not-yours");
        await vault.Member.AddCardAsync(new { player = "X", collectionId = theirs.Id }).ShouldBeAsync(HttpStatusCode.Forbidden);
        (await vault.Editor.PatchCardAsync(loose.Id, $$"""{"collectionId":"{{theirs.Id}}"}""").ReadAsync<CardResponse>()).CollectionName.ShouldBe("Others' cards");

        // Whose it is follows the collection, not the person who made it.
        await vault.Member.PatchCardAsync(loose.Id, """{"location":"x"}""").ShouldBeAsync(HttpStatusCode.Forbidden);
        await vault.OtherMember.PatchCardAsync(loose.Id, """{"location":"x"}""").ShouldBeAsync(HttpStatusCode.OK);
    }
}
