using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Tenants;

/// <summary>A value that leads to the tenant, its id and slug among them.</summary>
internal sealed class TenantIdentifier
{
    public required IdentifierKind Kind { get; init; }

    public required string Value { get; init; }

    public required TenantId TenantId { get; init; }

    public required IdentifierOrigin Origin { get; init; }

    /// <summary>Whether somebody outside knows the tenant by it.</summary>
    public bool IsGiven => Origin is IdentifierOrigin.Given or IdentifierOrigin.SlugAndGiven;

    public bool IsHost(string host) => Kind is IdentifierKind.Host && Value == host;
}

/// <summary>Why a value leads to a tenant. The numbers are stored; do not change them.</summary>
internal enum IdentifierOrigin
{
    Id = 0,
    Slug = 1,
    Given = 2,
    SlugAndGiven = 3,
}
