using System.Globalization;
using Rowhouse.CardVault.Cards;
using Rowhouse.CardVault.Collections;
using Rowhouse.Contracts;
using Rowhouse.Contracts.CardVault;
using Rowhouse.Modules.Http;

namespace Rowhouse.CardVault.Demo;

/// <summary>Makes cards that could have been bought: the stars more often, the better the dearer.</summary>
internal sealed class DemoCardMaker(IReadOnlyList<ChecklistFacts> checklist, string currency, int seed, DateTimeOffset now)
{
    private static readonly string[] stars = ["Ken Griffey Jr.", "Randy Johnson", "Nolan Ryan", "Gary Sheffield", "Craig Biggio", "John Smoltz", "Cal Ripken", "Don Mattingly", "Bo Jackson"];
    private static readonly string[] conditions = ["NM-MT", "NM-MT", "NM", "NM", "NM", "EX-MT", "EX-MT", "EX", "VG-EX", "MINT"];
    private static readonly (string Grader, string Grade, decimal Worth)[] grades = [("PSA", "10", 9m), ("PSA", "9", 3m), ("PSA", "9", 3m), ("PSA", "8", 1.6m), ("BGS", "9.5", 6m), ("BGS", "9", 3m), ("SGC", "9.5", 4m), ("SGC", "9", 2.5m)];

    private readonly Random random = new(seed);
    private int certificate = 40_000_000 + seed % 900 * 10_000;

    public IEnumerable<Card> Cards(DemoCollection plan, Collection collection)
    {
        var pool = plan.Player is null ? checklist : [.. checklist.Where(card => card.Player.Contains(plan.Player, StringComparison.Ordinal))];
        var raw = new HashSet<(Guid, string)>();
        for (var made = 0; made < plan.Cards;)
        {
            var facts = pool[Favour(pool.Count)];
            var graded = random.Next(20) < plan.GradedShare || plan.Player is not null && random.Next(3) > 0;
            var condition = conditions[random.Next(conditions.Length)];
            if (graded || raw.Add((facts.CardId, condition)) || plan.Player is not null)
            {
                yield return Make(Request(plan, collection, facts, graded, condition), facts, collection.OwnerId);
                made++;
            }
        }
    }

    public Card FreeForm(int index, Guid owner)
    {
        var card = DemoStories.FreeForm[(index + seed) % DemoStories.FreeForm.Count];
        return Make(
            new()
            {
                CardNumber = card.Number,
                Player = card.Player,
                Team = card.Team,
                Manufacturer = card.Manufacturer,
                Set = card.Set,
                Year = card.Year,
                Condition = conditions[index % conditions.Length],
                Cost = Money(5 + random.Next(200)),
                AcquiredOn = Day(),
                Notes = index % 4 == 0 ? "Bought at the spring show; corners softer than the pictures." : null,
            },
            facts: null,
            owner);
    }

    private CardRequest Request(DemoCollection plan, Collection collection, ChecklistFacts facts, bool graded, string condition)
    {
        var worth = stars.Any(star => facts.Player.Contains(star, StringComparison.Ordinal)) ? 8m : 0.4m;
        worth = facts.Number == "1" ? 60m : worth;
        var (grader, grade, factor) = grades[random.Next(grades.Length)];
        return new()
        {
            ChecklistCardId = facts.CardId,
            VariationId = facts.Variations.Count > 0 && random.Next(3) == 0 ? facts.Variations.Keys.First() : null,
            Condition = graded ? null : condition,
            Grader = graded ? grader : null,
            Grade = graded ? grade : null,
            Subgrades = graded && grader == "BGS" ? new(grade, grade, grade, grade == "9" ? "9.5" : "9") : null,
            Certificate = graded ? (certificate += 1 + random.Next(90)).ToString(CultureInfo.InvariantCulture) : null,
            Quantity = graded || random.Next(6) > 0 ? 1 : 2 + random.Next(4),
            Cost = random.Next(8) == 0 ? null : Money(worth * (graded ? factor : 1m) * (0.7m + random.Next(60) / 100m) + (graded ? 15m : 0m)),
            AcquiredOn = Day(),
            Location = plan.Locations[random.Next(plan.Locations.Count)],
            Insured = graded && worth > 5m,
            Tags = [.. plan.Tags, .. facts.Attributes.Contains("RC") ? (string[])["rookie"] : []],
            CollectionId = collection.Id,
        };
    }

    private Card Make(CardRequest request, ChecklistFacts? facts, Guid owner)
    {
        var errors = new FieldErrors();
        var draft = CardRules.Check(request, facts, errors)
            ?? throw new InvalidOperationException($"The demo made a card that cannot be: {string.Join(", ", errors.All)}.");
        var added = now.AddMinutes(-random.Next(60 * 24 * 300));
        return new(Guid.CreateVersion7(added), draft, owner, added);
    }

    // Every fourth card is one of the first thirty, where the rookies are.
    private int Favour(int count) => random.Next(4) == 0 ? random.Next(Math.Min(30, count)) : random.Next(count);

    private Money Money(decimal amount) => new(decimal.Round(amount, 2).ToString("F2", CultureInfo.InvariantCulture), currency);

    private DateOnly Day() => DateOnly.FromDateTime(now.UtcDateTime.AddDays(-random.Next(1200)));
}
