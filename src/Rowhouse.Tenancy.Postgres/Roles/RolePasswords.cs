using System.Security.Cryptography;

namespace Rowhouse.Tenancy.Postgres.Roles;

/// <summary>The passwords of the roles that Rowhouse works in.</summary>
/// <param name="Owner">Of <see cref="RoleNames.Owner"/>.</param>
/// <param name="Application">Of <see cref="RoleNames.Application"/>.</param>
/// <param name="Platform">Of <see cref="RoleNames.Platform"/>.</param>
/// <param name="Provisioner">Of <see cref="RoleNames.Provisioner"/>.</param>
/// <param name="Mover">Of <see cref="RoleNames.Mover"/>.</param>
public sealed record RolePasswords(string Owner, string Application, string Platform, string Provisioner, string Mover)
{
    /// <summary>Makes passwords of 192 random bits each.</summary>
    public static RolePasswords Generate() => new(Random(), Random(), Random(), Random(), Random());

    /// <summary>Names the type only: a password has no business in a log.</summary>
    public override string ToString() => nameof(RolePasswords);

    /// <summary>Makes one.</summary>
    internal static string Random() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
}
