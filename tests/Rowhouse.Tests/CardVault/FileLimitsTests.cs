using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Rowhouse.CardVault.CardFiles;
using Rowhouse.CardVault.Cards;
using Rowhouse.Contracts.CardVault;
using Rowhouse.Modules.Http;
using Rowhouse.Tenancy;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.CardVault;

/// <summary>No file and no request takes more memory, time or turns than its kind is given.</summary>
public sealed class FileLimitsTests(CardVaultFixture vault) : IClassFixture<CardVaultFixture>
{
    private static readonly Dictionary<Guid, ChecklistFacts> noFacts = [];

    [Fact]
    public void Sixty_megabytes_of_bars_in_the_tags_are_not_taken_apart()
    {
        var file = Encoding.UTF8.GetBytes("player,tags\n" + string.Concat(Enumerable.Repeat($"X,{string.Concat(Enumerable.Repeat("\u0001|", 32_000))}\n", 1_000)));
        List<CardRow> rows = [];

        // The texts themselves, twice, in UTF-16.
        Allocations.Of(async () =>
        {
            rows = await CardImport.ReadAsync(new MemoryStream(file), "USD", TestContext.Current.CancellationToken);
            CardImport.Check(rows, noFacts, TestContext.Current.CancellationToken).ShouldBeEmpty();
        }).ShouldBeInRange(100_000_000, 400_000_000);
        rows.Count.ShouldBe(1_000);
        rows.ShouldAllBe(row => row.Errors.All.Count == 1);
    }

    [Fact]
    public async Task A_file_that_is_wrong_everywhere_keeps_a_thousand_messages_and_says_that_there_are_more()
    {
        var file = "cardNumber,player,year,grader,quantity,serialNumber,insured\n" + string.Concat(Enumerable.Range(0, 20_000).Select(_ => ",,x,x,x,x,x\n"));

        var rows = await CardImport.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(file)), "USD", TestContext.Current.CancellationToken);
        CardImport.Check(rows, noFacts, TestContext.Current.CancellationToken).ShouldBeEmpty();
        rows.ShouldAllBe(row => row.IsWrong);
        rows.Sum(row => row.Errors.All.Count).ShouldBeInRange(CardImport.MaxErrors, CardImport.MaxErrors + FieldErrors.Most);

        var report = await vault.Member.ImportAsync(file, "?dryRun=true").ReadAsync<CardImportResponse>();
        (report.ErrorCount, report.Errors.Count, report.HasMoreErrors).ShouldBe((20_000, CardImport.MaxErrors, true));
        (await vault.Member.ImportAsync("player\n\n,\n", "?dryRun=true").ReadAsync<CardImportResponse>()).HasMoreErrors.ShouldBeFalse();
    }

    [Fact]
    public async Task Rows_are_checked_no_further_once_nobody_waits_for_them()
    {
        var rows = await CardImport.ReadAsync(new MemoryStream("player\nX\n"u8.ToArray()), "USD", TestContext.Current.CancellationToken);

        Should.Throw<OperationCanceledException>(() => CardImport.Check(rows, noFacts, new CancellationToken(canceled: true)));
    }

    [Fact]
    public void Tags_are_counted_before_they_are_read()
    {
        var tags = new CountedTags();
        var errors = new FieldErrors();

        CardRules.Check(new() { Player = "X", Tags = tags }, null, errors).ShouldBeNull();

        errors.All.ShouldHaveSingleItem().Field.ShouldBe("tags");
        tags.Read.ShouldBe(0);
    }

    [Fact]
    public async Task A_patch_of_a_megabyte_of_tags_is_refused_by_one_message()
    {
        var card = await vault.Member.AddedCardAsync(new { player = "Randy Johnson" });
        var tags = string.Join(',', Enumerable.Range(0, 120_000).Select(i => $"\"{i}\""));

        var problem = await vault.Member.PatchCardAsync(card.Id, $$"""{"tags":[{{tags}}]}""").ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:request:invalid");

        problem.GetProperty("errors").GetProperty("tags").GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task A_patch_that_names_a_member_over_and_over_is_merged_in_place()
    {
        var patch = $"{{{string.Join(',', Enumerable.Range(0, 5_000).Select(i => $"\"cost\":{{\"a{i}\":1}}"))}}}";

        Allocations.Of(() => Task.FromResult(MergePatch.Apply(null, System.Text.Json.JsonDocument.Parse(patch).RootElement))).ShouldBeLessThan(50_000_000);
        var card = await vault.Member.AddedCardAsync(new { player = "Randy Johnson" });
        await vault.Member.PatchCardAsync(card.Id, patch).ShouldBeAsync(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_patch_of_thousands_of_unknown_fields_is_refused_by_a_few_messages()
    {
        var card = await vault.Member.AddedCardAsync(new { player = "Randy Johnson" });

        var problem = await vault.Member.PatchCardAsync(card.Id, $"{{{string.Join(',', Enumerable.Range(0, 50_000).Select(i => $"\"a{i}\":1"))}}}").ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:request:invalid");

        problem.Fields().Length.ShouldBe(FieldErrors.Most);
    }

    public static TheoryData<string, string> Wrong() => new()
    {
        { "cardNumber", $"\"{new string('x', 41)}\"" },
        { "player", $"\"{new string('x', 201)}\"" },
        { "team", $"\"{new string('x', 121)}\"" },
        { "manufacturer", $"\"{new string('x', 121)}\"" },
        { "set", $"\"{new string('x', 201)}\"" },
        { "year", "1859" },
        { "year", "2101" },
        { "condition", "\"shiny\"" },
        { "grader", "\"ABC\"" },
        { "serialNumber", "0" },
        { "serialNumber", "1000001" },
        { "serialLimit", "1000001" },
        { "quantity", "0" },
        { "quantity", "100001" },
        { "location", $"\"{new string('x', 201)}\"" },
        { "notes", $"\"{new string('x', 4001)}\"" },
        { "tags", $"[{string.Join(',', Enumerable.Range(0, 51).Select(i => $"\"{i}\""))}]" },
        { "tags", $"[\"{new string('x', 51)}\"]" },
        { "cost", "{\"amount\":\"x\",\"currency\":\"USD\"}" },
        { "acquiredOn", "\"1859-01-01\"" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task A_patch_is_held_to_all_that_a_new_card_is_held_to(string field, string value)
    {
        var card = await vault.Member.AddedCardAsync(new { player = "Randy Johnson" });
        var twoWrong = $$"""{"{{field}}":{{value}},"collectionId":"{{Guid.AllBitsSet}}"}""";

        var added = await vault.Member.Client.PostTextAsync("/api/cardvault/cards", field == "player" ? twoWrong : $"{{\"player\":\"X\",{twoWrong[1..]}").ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:request:invalid");
        var patched = await vault.Member.PatchCardAsync(card.Id, twoWrong).ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:request:invalid");

        added.Fields().ShouldBe(new[] { "collectionId", field }.Order(StringComparer.Ordinal));
        patched.GetProperty("errors").GetRawText().ShouldBe(added.GetProperty("errors").GetRawText());
    }

    [Fact]
    public async Task A_tenant_imports_one_file_at_a_time_and_others_do_not_wait_for_it()
    {
        var other = await vault.CreateTenantAsync("Neighbour", "cardvault");
        using (vault.Services.GetRequiredService<ImportTurns>().Take(new TenantId(vault.Smith.Id)))
        {
            using var refused = await vault.Member.ImportAsync("player\nX\n", "?dryRun=true");
            refused.Headers.RetryAfter.ShouldNotBeNull();
            await Task.FromResult(refused).ProblemAsync(HttpStatusCode.TooManyRequests, "urn:rowhouse:request:too-many");
            await other.Admin.ImportAsync("player\nX\n", "?dryRun=true").ShouldBeAsync(HttpStatusCode.OK);
        }

        for (var i = 0; i < 5; i++)
        {
            await vault.Member.ImportAsync("player\nX\n", "?dryRun=true").ShouldBeAsync(HttpStatusCode.OK);
        }
    }

    [Fact]
    public void A_node_imports_a_few_files_at_a_time_whoever_sends_them()
    {
        using var turns = new ImportTurns();
        var taken = Enumerable.Range(0, ImportTurns.NodeLimit + 1).Select(_ => turns.Take(new TenantId(Guid.CreateVersion7(TimeProvider.System.GetUtcNow())))).ToList();

        taken.Select(turn => turn.IsAcquired).ShouldBe([.. Enumerable.Repeat(true, ImportTurns.NodeLimit), false]);
        taken.ForEach(turn => turn.Dispose());
        turns.Take(new TenantId(vault.Smith.Id)).IsAcquired.ShouldBeTrue();
    }

    private sealed class CountedTags : IReadOnlyList<string>
    {
        public int Read { get; private set; }

        public int Count => 160_000;

        public string this[int index] => index.ToString(System.Globalization.CultureInfo.InvariantCulture);

        public IEnumerator<string> GetEnumerator()
        {
            for (; Read < Count; Read++)
            {
                yield return this[Read];
            }
        }

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
