using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;
using Rowhouse.Modules.Access;
using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Sessions;

/// <summary>A session that was checked: who it is and what they are where.</summary>
internal sealed record SignedIn
{
    public required SecretHash Session { get; init; }

    public required Guid PersonId { get; init; }

    public required bool SuperAdmin { get; init; }

    public required FrozenDictionary<TenantId, Role> Roles { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public required DateTimeOffset CheckedAt { get; init; }

    /// <summary>When it was tried to check it, also where the database was out of reach.</summary>
    public DateTimeOffset TriedAt
    {
        get => field == default ? CheckedAt : field;
        init;
    }

    /// <summary>Whether the browser sent the session by itself, so that a change needs proof that the console meant it.</summary>
    public bool ByCookie { get; init; }

    public Role? RoleIn(TenantId tenant) => Roles.TryGetValue(tenant, out var role) ? role : null;

    public static SignedIn? Of(HttpContext context) => context.Features.Get<SignedIn>();
}
