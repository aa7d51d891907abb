using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using Rowhouse.ControlPlane.Auditing;
using Rowhouse.ControlPlane.Domains;
using Rowhouse.ControlPlane.Homes;
using Rowhouse.ControlPlane.Homes.Pool;
using Rowhouse.ControlPlane.Idempotency;
using Rowhouse.ControlPlane.Keys;
using Rowhouse.ControlPlane.Licenses;
using Rowhouse.ControlPlane.Licenses.Lists;
using Rowhouse.ControlPlane.Members;
using Rowhouse.ControlPlane.Operations;
using Rowhouse.ControlPlane.Parameters;
using Rowhouse.ControlPlane.People;
using Rowhouse.ControlPlane.Placements;
using Rowhouse.ControlPlane.Products;
using Rowhouse.ControlPlane.Sessions;
using Rowhouse.ControlPlane.Tenants;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.Postgres.Outbox;

namespace Rowhouse.ControlPlane.Store;

/// <summary>The control plane's tables. Its rows belong to the platform, so no tenant is bound to it.</summary>
internal sealed class PlatformDbContext(DbContextOptions<PlatformDbContext> options) : DbContext(options)
{
    public const string Schema = "platform";

    private readonly List<Action> afterCommit = [];

    public DbSet<RegisteredTenant> Tenants => Set<RegisteredTenant>();

    public DbSet<AnsweredKey> IdempotencyKeys => Set<AnsweredKey>();

    public DbSet<TenantIdentifier> Identifiers => Set<TenantIdentifier>();

    public DbSet<Domain> Domains => Set<Domain>();

    public DbSet<Enterprise> Enterprises => Set<Enterprise>();

    public DbSet<LicensedProduct> LicensedProducts => Set<LicensedProduct>();

    public DbSet<LicensedService> LicensedServices => Set<LicensedService>();

    public DbSet<License> Licenses => Set<License>();

    public DbSet<Subscription> Subscriptions => Set<Subscription>();

    public DbSet<TenantProduct> TenantProducts => Set<TenantProduct>();

    public DbSet<Person> People => Set<Person>();

    public DbSet<Member> Members => Set<Member>();

    public DbSet<Session> Sessions => Set<Session>();

    public DbSet<SignInAttempts> SignInAttempts => Set<SignInAttempts>();

    public DbSet<Operation> Operations => Set<Operation>();

    public DbSet<OperationAttempt> OperationAttempts => Set<OperationAttempt>();

    public DbSet<Home> Homes => Set<Home>();

    public DbSet<PooledHome> PooledHomes => Set<PooledHome>();

    public DbSet<RegisteredStore> Stores => Set<RegisteredStore>();

    public DbSet<PlatformParameter> Parameters => Set<PlatformParameter>();

    public DbSet<WrappedKey> TenantKeys => Set<WrappedKey>();

    public DbSet<KnownPlatformKey> PlatformKeys => Set<KnownPlatformKey>();

    public DbSet<AuditEntry> Audit => Set<AuditEntry>();

    /// <summary>Does something once what was saved can be undone no more: at once, or when the transaction is committed that the caller is in.</summary>
    public void AfterCommit(Action action)
    {
        if (Database.CurrentTransaction is null)
        {
            action();
        }
        else
        {
            afterCommit.Add(action);
        }
    }

    /// <summary>How many actions wait for the commit.</summary>
    internal int WaitingActions => afterCommit.Count;

    /// <summary>For whoever undoes a part: forgets what came after it had begun.</summary>
    internal void DropActions(int after) => afterCommit.RemoveRange(after, afterCommit.Count - after);

    /// <summary>For whoever has just committed.</summary>
    public void DoAfterCommit()
    {
        afterCommit.ForEach(action => action());
        afterCommit.Clear();
    }

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        configurationBuilder.Properties<TenantId>().HaveConversion<TenantIdConverter>();
        configurationBuilder.Properties<Slug>().HaveConversion<SlugConverter>();
        configurationBuilder.Properties<Enum>().HaveConversion<short>();
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDefaultSchema(Schema);
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(PlatformDbContext).Assembly);
        modelBuilder.HasOutbox();
    }

    private sealed class TenantIdConverter() : ValueConverter<TenantId, Guid>(id => id.Value, value => new TenantId(value));

    private sealed class SlugConverter() : ValueConverter<Slug, string>(slug => slug.Value, value => Slug.Parse(value, null));
}
