using Microsoft.CodeAnalysis;

namespace Rowhouse.Tenancy.Analyzers;

/// <summary>The kernel's types, as one compilation knows them.</summary>
internal sealed class TenancyTypes
{
    private readonly INamedTypeSymbol scope;
    private readonly INamedTypeSymbol? tenant;
    private readonly INamedTypeSymbol? entered;
    private readonly INamedTypeSymbol? id;
    private readonly INamedTypeSymbol? dbContext;
    private readonly INamedTypeSymbol? shared;

    private TenancyTypes(INamedTypeSymbol scope, Compilation compilation)
    {
        this.scope = scope;
        tenant = compilation.GetTypeByMetadataName("Rowhouse.Tenancy.Tenant");
        entered = compilation.GetTypeByMetadataName("Rowhouse.Tenancy.EnteredTenant");
        id = compilation.GetTypeByMetadataName("Rowhouse.Tenancy.TenantId");
        shared = compilation.GetTypeByMetadataName("Rowhouse.Tenancy.ISharedReference");
        dbContext = compilation.GetTypeByMetadataName("Microsoft.EntityFrameworkCore.DbContext");
        TenantContext = compilation.GetTypeByMetadataName("Rowhouse.Tenancy.Postgres.TenantDbContext");
        Scopes = compilation.GetTypeByMetadataName("Rowhouse.Tenancy.ITenantScopes");
    }

    /// <summary>The context of a tenant; <see langword="null"/> where the application does not refer to it.</summary>
    public INamedTypeSymbol? TenantContext { get; }

    public INamedTypeSymbol? Scopes { get; }

    /// <summary>The types; <see langword="null"/> in an assembly that has nothing to do with tenants.</summary>
    public static TenancyTypes? Of(Compilation compilation) =>
        compilation.GetTypeByMetadataName("Rowhouse.Tenancy.TenantScope") is { } scope ? new(scope, compilation) : null;

    public bool IsTenantContext(ITypeSymbol? type) => type.IsOrDerivesFrom(TenantContext);

    /// <summary>Any context that is not just said to be a <c>DbContext</c>, behind which may be anything.</summary>
    public bool IsCertainContext(ITypeSymbol? type) => type is ITypeParameterSymbol parameter
        ? parameter.ConstraintTypes.Any(IsCertainContext)
        : !type.Is(dbContext) && type.IsOrDerivesFrom(dbContext);

    public bool IsShared(ITypeSymbol type) => type.IsOrImplements(shared);

    public bool IsTenantId(ITypeSymbol type) => type.Is(id);

    /// <summary>Something that belongs to one tenant, and so to one scope.</summary>
    public bool IsOfOneTenant(ITypeSymbol type) => type.Is(scope) || type.Is(tenant) || type.Is(entered) || IsTenantContext(type);
}
