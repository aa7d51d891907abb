using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Homes;

/// <summary>A dedicated home: a database and the login that enters it, which is called the same.</summary>
internal sealed class Home
{
    public required string Name { get; init; }

    public required TenantId TenantId { get; init; }

    /// <summary>The login's password, sealed by the tenant's key.</summary>
    public required byte[] Password { get; init; }

    /// <summary>Which of the tenant's keys sealed it.</summary>
    public required int KeyVersion { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>What the password is sealed for.</summary>
    public static string PurposeOf(string name) => $"home:{name}";
}
