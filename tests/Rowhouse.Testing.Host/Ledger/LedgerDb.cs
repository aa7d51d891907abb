using Microsoft.EntityFrameworkCore;
using Rowhouse.Tenancy.Postgres;

namespace Rowhouse.Testing.Host.Ledger;

/// <summary>What the events of the tests leave: an entry for each that was published and for each that was handled, in their order.</summary>
public sealed class LedgerDb(DbContextOptions<LedgerDb> options) : TenantDbContext(options)
{
    public DbSet<Entry> Entries => Set<Entry>();

    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.HasDefaultSchema("ledger");
}

public sealed class Entry
{
    public long Id { get; init; }

    public required int Number { get; init; }

    /// <summary>Who made it: <c>publisher</c> or the name of a handler.</summary>
    public required string By { get; init; }
}

/// <summary>An entry was made.</summary>
public sealed record Recorded(int Number, string Text = "");

/// <summary>Something that only newer nodes know.</summary>
public sealed record Unheard(int Number);
