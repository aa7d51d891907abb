using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Tests.Notes;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Isolation;

/// <summary>What is tried through the change tracker, with entities that were never read.</summary>
[Collection<AttackMatrix>]
public sealed class StubAttacks(AttackServer server)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory, EveryWay]
    public async Task The_stub_of_anothers_row_updates_and_removes_nothing(Way way)
    {
        var ground = await server.OnAsync(way);

        (await ground.AttackAsync(db => SaveAsync(db, db.Update(Stub(ground))))).ShouldThrow<DbUpdateConcurrencyException>();
        (await ground.AttackAsync(db => SaveAsync(db, db.Remove(Stub(ground))))).ShouldThrow<DbUpdateConcurrencyException>();
        (await ground.AttackAsync(db =>
        {
            db.Attach(Stub(ground)).Entity.Text = "changed";
            return db.SaveChangesAsync(Token);
        })).ShouldThrow<DbUpdateConcurrencyException>();
        (await ground.AttackAsync(db =>
        {
            db.UpdateRange(Stub(ground), new Notebook { Id = ground.Rows.Notebook, Title = "taken" });
            return db.SaveChangesAsync(Token);
        })).ShouldThrow<DbUpdateConcurrencyException>();
    }

    [Theory]
    [EveryWay(EntityState.Unchanged)]
    [EveryWay(EntityState.Modified)]
    [EveryWay(EntityState.Deleted)]
    [EveryWay(EntityState.Added)]
    public async Task A_stub_whose_tenant_is_forced_before_it_is_tracked_is_refused(Way way, EntityState state)
    {
        var ground = await server.OnAsync(way);

        (await ground.AttackAsync(db =>
        {
            var entry = Force(db.Entry(Stub(ground)), ground.Victim);
            entry.State = state;
            return db.SaveChangesAsync(Token);
        })).ShouldThrow<TenantMismatchException>();
    }

    [Theory]
    [EveryWay(EntityState.Modified)]
    [EveryWay(EntityState.Deleted)]
    public async Task A_stub_that_is_given_the_attackers_own_tenant_changes_no_row(Way way, EntityState state)
    {
        var ground = await server.OnAsync(way);

        (await ground.AttackAsync(db =>
        {
            Force(db.Entry(Stub(ground)), ground.Attacker).State = state;
            return db.SaveChangesAsync(Token);
        })).ShouldThrow<DbUpdateConcurrencyException>();
    }

    [Theory, EveryWay]
    public async Task A_tenant_that_is_posted_with_the_values_is_refused(Way way)
    {
        var ground = await server.OnAsync(way);
        Dictionary<string, object> posted = new() { ["tenant_id"] = ground.Victim.Id, ["Text"] = "taken" };

        (await ground.AttackAsync(db =>
        {
            var entry = db.Entry(Stub(ground));
            entry.CurrentValues.SetValues(posted);
            entry.State = EntityState.Modified;
            return db.SaveChangesAsync(Token);
        })).ShouldThrow<TenantMismatchException>();
        (await ground.AttackAsync(db =>
        {
            db.Attach(Stub(ground)).CurrentValues.SetValues(posted);
            return db.SaveChangesAsync(Token);
        })).ShouldThrow<InvalidOperationException>();
    }

    [Theory]
    [EveryWay(EntityState.Modified)]
    [EveryWay(EntityState.Deleted)]
    public async Task A_tenant_that_is_forced_on_a_tracked_stub_is_refused(Way way, EntityState state)
    {
        var ground = await server.OnAsync(way);

        (await ground.AttackAsync(db =>
        {
            var entry = db.Attach(Stub(ground));
            entry.State = state;
            Force(entry, ground.Victim);
            return db.SaveChangesAsync(Token);
        })).ShouldThrow<InvalidOperationException>();
    }

    [Theory]
    [EveryWay(EntityState.Modified)]
    [EveryWay(EntityState.Deleted)]
    public async Task An_original_tenant_that_is_forced_is_refused(Way way, EntityState state)
    {
        var ground = await server.OnAsync(way);

        (await ground.AttackAsync(db =>
        {
            var entry = db.Attach(Stub(ground));
            entry.Property<TenantId>("tenant_id").OriginalValue = ground.Victim.Id;
            entry.State = state;
            return db.SaveChangesAsync(Token);
        })).ShouldThrow<InvalidOperationException>();
    }

    [Theory, EveryWay]
    public async Task A_row_that_is_added_for_another_tenant_is_refused(Way way)
    {
        var ground = await server.OnAsync(way);

        (await ground.AttackAsync(db => SaveAsync(db, Force(db.Add(new Notebook { Title = "for them" }), ground.Victim)))).ShouldThrow<TenantMismatchException>();
    }

    [Theory, EveryWay]
    public async Task An_own_row_is_not_given_away(Way way)
    {
        var ground = await server.OnAsync(way);

        (await ground.AttackAsync(db => SaveAsync(db, Force(db.Attach(new Notebook { Id = ground.OwnNotebook, Title = "own" }), ground.Victim)))).ShouldThrow<InvalidOperationException>();
    }

    [Theory, EveryWay]
    public async Task Events_of_the_change_tracker_force_nothing(Way way)
    {
        var ground = await server.OnAsync(way);

        (await ground.AttackAsync(db =>
        {
            db.ChangeTracker.Tracking += (_, e) => Force(e.Entry, ground.Victim);
            return SaveAsync(db, db.Add(new Notebook { Title = "for them" }));
        })).ShouldThrow<TenantMismatchException>();
        (await ground.AttackAsync(db =>
        {
            db.ChangeTracker.Tracking += (_, e) => Force(e.Entry, ground.Victim);
            return SaveAsync(db, db.Update(Stub(ground)));
        })).ShouldThrow<TenantMismatchException>();
        (await ground.AttackAsync(db =>
        {
            db.ChangeTracker.Tracked += (_, e) => Force(e.Entry, ground.Victim);
            return SaveAsync(db, db.Update(Stub(ground)));
        })).ShouldThrow<InvalidOperationException>();
        (await ground.AttackAsync(db =>
        {
            db.SavingChanges += (_, _) => db.ChangeTracker.Entries().ToList().ForEach(entry => Force(entry, ground.Victim));
            return SaveAsync(db, db.Add(new Notebook { Title = "for them" }));
        })).ShouldThrow<TenantMismatchException>();
    }

    [Theory, EveryWay]
    public async Task A_row_that_the_victims_context_tracks_is_a_stub_in_the_attackers(Way way)
    {
        var ground = await server.OnAsync(way);
        await using var victims = await ground.VictimsHost.EnterAsync(ground.Victim);
        var notebook = await victims.Get<NotesDb>().Notebooks.SingleAsync(n => n.Id == ground.Rows.Notebook, Token);

        (await ground.AttackAsync(db => SaveAsync(db, db.Update(notebook)))).ShouldThrow<DbUpdateConcurrencyException>();
        (await ground.AttackAsync(db => SaveAsync(db, db.Remove(notebook)))).ShouldThrow<DbUpdateConcurrencyException>();
    }

    [Theory, EveryWay]
    public async Task A_scope_of_the_attacker_is_never_bound_to_the_victim(Way way)
    {
        var ground = await server.OnAsync(way);
        await using var scope = await ground.Host.EnterAsync(ground.Attacker);

        Should.Throw<InvalidOperationException>(() => scope.Get<TenantScope>().Bind(ground.Victim));
        Should.Throw<InvalidOperationException>(() => scope.Get<TenantScope>().Renew(ground.Victim with { Version = 2 }));

        scope.Get<TenantScope>().Tenant.Id.ShouldBe(ground.Attacker.Id);
        (await ground.JudgeAsync(async _ => string.Join('\n', await scope.Get<NotesDb>().Notes.Select(note => note.Text).ToListAsync(Token)))).ShouldGiveOwn("own");
    }

    [Theory, EveryWay]
    public async Task Shared_reference_data_is_read_by_all_and_written_by_none(Way way)
    {
        var ground = await server.OnAsync(way);
        await AttackGround.ExecuteAsync(ground.Superuser, "INSERT INTO atlas.countries VALUES ('cl', 'Chile') ON CONFLICT DO NOTHING");

        (await ground.AttackAsync(db => db.Countries.Select(country => country.Name).ToListAsync(Token))).ShouldGive("[\"Chile\"]");
        (await ground.AttackAsync(db => SaveAsync(db, db.Add(new Country { Code = "xx", Name = "Nowhere" })))).ShouldThrow<InvalidOperationException>();
        (await ground.AttackAsync(async db =>
        {
            (await db.Countries.SingleAsync(Token)).Name = "Nowhere";
            await db.SaveChangesAsync(Token);
        })).ShouldThrow<InvalidOperationException>();
        (await ground.AttackAsync(async db => await SaveAsync(db, db.Remove(await db.Countries.SingleAsync(Token))))).ShouldThrow<InvalidOperationException>();
        (await ground.AttackAsync(db => db.Countries.ExecuteDeleteAsync(Token))).ShouldBeRefused("42501");
        (await ground.SqlAsync("INSERT INTO atlas.countries VALUES ('xx', 'Nowhere')")).ShouldBeRefused("42501");
    }

    private static Note Stub(AttackGround ground) => new() { Id = ground.Rows.Note, Text = "taken", NotebookId = ground.Rows.Notebook, Revision = 7 };

    private static EntityEntry Force(EntityEntry entry, Tenant tenant)
    {
        entry.Property("tenant_id").CurrentValue = tenant.Id;
        return entry;
    }

    private static Task<int> SaveAsync(NotesDb db, EntityEntry entry)
    {
        entry.State.ShouldNotBe(EntityState.Detached);
        return db.SaveChangesAsync(Token);
    }
}
