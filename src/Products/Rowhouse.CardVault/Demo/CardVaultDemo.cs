using Microsoft.EntityFrameworkCore;
using Rowhouse.CardVault.Cards;
using Rowhouse.CardVault.CatalogueImport;
using Rowhouse.CardVault.Collections;
using Rowhouse.CardVault.Store;
using Rowhouse.Modules.Access;
using Rowhouse.Modules.Demo;
using Rowhouse.Tenancy.Postgres;

namespace Rowhouse.CardVault.Demo;

/// <summary>Cards for a demo tenant: the checklist of 1989 Upper Deck, and collections of it that look like people made them.</summary>
internal sealed class CardVaultDemo(CardVaultDbContext db, ChecklistLookup checklists, CatalogueWriter catalogue, TimeProvider clock) : IDemoData
{
    private const string ReleaseName = "1989 Upper Deck Baseball";
    private const int LooseCards = 12;

    public async Task SeedAsync(DemoTenant tenant, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tenant);
        if (await IsThereAsync(cancellationToken))
        {
            return;
        }

        var owners = tenant.People.Where(person => person.Role >= Role.Member).OrderBy(person => person.Role).ToList();
        if (owners.Count == 0)
        {
            return;
        }

        var checklist = await ChecklistAsync(cancellationToken);

        // The slug decides which story it is and every number in it, so that a demo looks the same each time.
        var seed = tenant.Tenant.Slug.Value.Sum(letter => letter);
        var story = DemoStories.All[seed % DemoStories.All.Count];
        var maker = new DemoCardMaker(checklist, tenant.Tenant.Currency, seed, clock.GetUtcNow());
        var collections = story.Collections.Select((plan, i) => (Plan: plan, Made: Collection(plan, owners[i % owners.Count].Id, i))).ToList();
        var cards = collections.SelectMany(collection => maker.Cards(collection.Plan, collection.Made))
            .Concat(Enumerable.Range(0, LooseCards).Select(i => maker.FreeForm(i, owners[i % owners.Count].Id)))
            .ToList();

        await db.InLockAsync(
            "demo",
            async cancelled =>
            {
                // Another server that starts at the same moment may have been first.
                if (await IsThereAsync(cancelled))
                {
                    return 0;
                }

                await db.Collections.BulkInsertAsync(collections.Select(collection => collection.Made), cancelled);
                return await db.Cards.BulkInsertAsync(cards, cancelled);
            },
            cancellationToken);
    }

    private async Task<bool> IsThereAsync(CancellationToken cancellationToken) => await db.Collections.AnyAsync(cancellationToken) || await db.Cards.AnyAsync(cancellationToken);

    private Collection Collection(DemoCollection plan, Guid owner, int age)
    {
        var made = clock.GetUtcNow().AddDays(-400 + 60 * age);
        return new(Guid.CreateVersion7(made), plan.Name, owner, made);
    }

    private async Task<IReadOnlyList<ChecklistFacts>> ChecklistAsync(CancellationToken cancellationToken)
    {
        if (!await db.Releases.AnyAsync(release => release.Name == ReleaseName, cancellationToken))
        {
            var file = typeof(CardVaultDemo).Assembly.GetManifestResourceStream("1989-upper-deck.json")
                ?? throw new InvalidOperationException("The demo's checklist is not embedded in the assembly.");
            await using (file)
            {
                var checklist = new Checklist();
                await ChecklistJson.ReadAsync(file, checklist, cancellationToken);
                await catalogue.WriteAsync(checklist, cancellationToken);
            }
        }

        var ids = await db.CatalogueCards.Where(card => card.Set!.Release!.Name == ReleaseName)      // both foreign keys are required
            .OrderBy(card => card.Set!.Ordinal).ThenBy(card => card.Ordinal).Select(card => card.Id).ToListAsync(cancellationToken);
        var facts = await checklists.FindAsync(ids, cancellationToken);
        return [.. ids.Select(id => facts[id])];
    }
}
