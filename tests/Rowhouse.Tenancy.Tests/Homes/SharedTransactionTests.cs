using Microsoft.EntityFrameworkCore;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Tests.Notes;
using Rowhouse.Testing;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Homes;

/// <summary>Contexts that work in one transaction, and locks that are only tried.</summary>
public sealed class SharedTransactionTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_two_contexts_write_in_one_transaction_is_kept_together()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await using var scope = await host.EnterAsync(host.Smith);
        var first = scope.Get<NotesDb>();
        await using var second = NotesHost.Context<NotesDb>(scope, options => new(options));

        (await first.InTransactionAsync(cancelled => WithAsync(second, first, cancelled), Token)).ShouldBe(2);

        (await second.Labels.CountAsync(Token)).ShouldBe(2);
        await SaveAsync(second, "on its own again");
        (await first.Labels.CountAsync(Token)).ShouldBe(3);
    }

    [Fact]
    public async Task What_two_contexts_write_in_one_transaction_is_undone_together()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await using var scope = await host.EnterAsync(host.Smith);
        var first = scope.Get<NotesDb>();
        await using var second = NotesHost.Context<NotesDb>(scope, options => new(options));

        await Should.ThrowAsync<DivideByZeroException>(first.InTransactionAsync<int>(
            async cancelled =>
            {
                await WithAsync(second, first, cancelled);
                throw new DivideByZeroException();
            },
            Token));

        (await second.Labels.CountAsync(Token)).ShouldBe(0);
        first.ChangeTracker.Clear();
        await SaveAsync(first, "after");
        (await first.Labels.CountAsync(Token)).ShouldBe(1);
    }

    [Fact]
    public async Task A_context_that_has_left_works_on_its_own_while_the_transaction_goes_on()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await using var scope = await host.EnterAsync(host.Smith);
        var first = scope.Get<NotesDb>();
        await using var second = NotesHost.Context<NotesDb>(scope, options => new(options));

        await Should.ThrowAsync<DivideByZeroException>(first.InTransactionAsync<int>(
            async cancelled =>
            {
                await WithAsync(second, first, cancelled);
                (await second.Labels.CountAsync(cancelled)).ShouldBe(0, "what is not committed is seen in the transaction alone");
                await SaveAsync(second, "its own");
                throw new DivideByZeroException();
            },
            Token));

        (await second.Labels.SingleAsync(Token)).Name.ShouldBe("its own");
    }

    [Fact]
    public async Task A_transaction_of_two_contexts_is_done_again_in_the_new_home()
    {
        var clock = new TellingTimeProvider();
        await using var host = await NotesHost.StartAsync(postgres, clock: clock);
        await host.ChangeHomeAsync(host.Smith, "state = 'closed'");

        await using var scope = await host.EnterAsync(host.Smith);
        var first = scope.Get<NotesDb>();
        await using var second = NotesHost.Context<NotesDb>(scope, options => new(options));
        var writing = first.InTransactionAsync(cancelled => WithAsync(second, first, cancelled), Token);
        await clock.Waits.WaitAsync(Token);
        await host.MoveAsync(host.Smith);
        await writing;

        await host.InAsync(host.Smith, async db => (await db.Labels.CountAsync(Token)).ShouldBe(2));
    }

    [Fact]
    public async Task A_context_enters_a_transaction_of_its_own_tenant_alone()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await using var smith = await host.EnterAsync(host.Smith);
        await using var harbor = await host.EnterAsync(host.Harbor);
        var db = smith.Get<NotesDb>();

        await db.InTransactionAsync(async cancelled => await Should.ThrowAsync<TenantMismatchException>(harbor.Get<NotesDb>().EnterTransactionAsync(db, cancelled)), Token);
        await Should.ThrowAsync<InvalidOperationException>(NotesHost.Context<NotesDb>(smith, options => new(options)).EnterTransactionAsync(db, Token));
    }

    [Fact]
    public async Task A_lock_that_is_tried_is_got_by_one_of_the_tenant_and_kept_until_the_end()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await using var first = await host.EnterAsync(host.Smith);
        await using var second = await host.EnterAsync(host.Smith);
        await using var other = await host.EnterAsync(host.Harbor);

        await first.Get<NotesDb>().InTransactionAsync(
            async cancelled =>
            {
                (await first.Get<NotesDb>().TryLockAsync("labels", cancelled)).ShouldBeTrue();
                (await first.Get<NotesDb>().TryLockAsync("labels", cancelled)).ShouldBeTrue("it has it already");
                (await TryAsync(second, "labels")).ShouldBeFalse();
                (await TryAsync(second, "notes")).ShouldBeTrue();
                (await TryAsync(other, "labels")).ShouldBeTrue();

                // Who waits for a lock of the same name is another's business.
                return await second.Get<NotesDb>().InLockAsync("labels", _ => Task.FromResult(0), cancelled);
            },
            Token);

        (await TryAsync(second, "labels")).ShouldBeTrue();
        await Should.ThrowAsync<InvalidOperationException>(() => second.Get<NotesDb>().TryLockAsync("labels", Token));
    }

    private static Task<bool> TryAsync(EnteredTenant scope, string name)
    {
        var db = scope.Get<NotesDb>();
        return db.InTransactionAsync(cancelled => db.TryLockAsync(name, cancelled), Token);
    }

    private static async Task<int> WithAsync(NotesDb second, NotesDb first, CancellationToken cancellationToken)
    {
        await second.EnterTransactionAsync(first, cancellationToken);
        try
        {
            await SaveAsync(second, "of the second");
            await SaveAsync(first, "of the first");
            return await second.Labels.CountAsync(cancellationToken);
        }
        finally
        {
            await second.LeaveTransactionAsync();
        }
    }

    private static Task<int> SaveAsync(NotesDb db, string name)
    {
        db.Add(new Label { Name = name });
        return db.SaveChangesAsync(Token);
    }
}
