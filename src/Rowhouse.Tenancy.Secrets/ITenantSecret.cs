using System.ComponentModel.DataAnnotations;
using Rowhouse.Tenancy.Keys;

namespace Rowhouse.Tenancy.Secrets;

/// <summary>
/// A secret of the scope's tenant, such as what it signs in with at a vendor's. It is kept in the tenant's home, sealed by the tenant's own key, and nowhere
/// else: no cache, log or message has it. Registered by <see cref="TenantSecretHostExtensions.AddTenantSecret{T}"/>.
/// </summary>
/// <typeparam name="T">The secret.</typeparam>
/// <exception cref="TenantNotBoundException">The scope has no tenant; the message names the place that asked.</exception>
public interface ITenantSecret<T>
    where T : class
{
    /// <summary>Reads the secret. Ask each time that it is needed: it is not cached.</summary>
    /// <param name="cancellationToken">Stops looking.</param>
    /// <returns>The secret; <see langword="null"/> where the tenant has set none.</returns>
    /// <exception cref="EnvelopeRefusedException">What is kept was changed, or is another tenant's or another secret.</exception>
    /// <exception cref="TenantKeyUnavailableException">The key that sealed it was destroyed.</exception>
    /// <exception cref="TenantSecretUnreadableException">What is kept no longer fits the type. <see cref="SetAsync"/> and <see cref="RemoveAsync"/> mend that.</exception>
    Task<T?> GetAsync(CancellationToken cancellationToken = default);

    /// <summary>Sets the secret, whatever was there. Of two who set it at once the later one's stays.</summary>
    /// <param name="secret">The secret.</param>
    /// <param name="cancellationToken">Stops, and changes nothing.</param>
    /// <exception cref="TenantSecretRefusedException">It is not valid. Nothing was changed.</exception>
    /// <exception cref="TenantKeyUnavailableException">The tenant's key was destroyed. Nothing was changed.</exception>
    Task SetAsync(T secret, CancellationToken cancellationToken = default);

    /// <summary>Removes the secret.</summary>
    /// <param name="cancellationToken">Stops, and changes nothing.</param>
    /// <returns>Whether there was one.</returns>
    Task<bool> RemoveAsync(CancellationToken cancellationToken = default);

    /// <summary>Tells whether the secret is set, without opening it: what an API may show.</summary>
    /// <param name="cancellationToken">Stops looking.</param>
    /// <returns>Its state.</returns>
    Task<SecretState> DescribeAsync(CancellationToken cancellationToken = default);
}

/// <summary>What may be shown of a secret.</summary>
/// <param name="IsSet">Whether the tenant has set it.</param>
/// <param name="SetAt">When, if it has.</param>
public sealed record SecretState(bool IsSet, DateTimeOffset? SetAt);

/// <summary>A secret that a tenant cannot have. The message names members and no values.</summary>
public sealed class TenantSecretRefusedException : InvalidOperationException
{
    internal TenantSecretRefusedException(string name, IReadOnlyList<ValidationResult> errors)
        : base($"This secret '{name}' is not valid: look at {string.Join(", ", errors.SelectMany(error => error.MemberNames).DefaultIfEmpty("the whole").Distinct())}.")
    {
        Name = name;
        Errors = errors;
    }

    /// <summary>The secret's name.</summary>
    public string Name { get; }

    /// <summary>What is wrong, with the members that it is about: for whoever sent them. What annotations say has no values; an <c>IValidatableObject</c> says what it says.</summary>
    public IReadOnlyList<ValidationResult> Errors { get; }
}

/// <summary>What is kept opens, and is not what the secret's type takes by now: it has changed since. The message says nothing of what is kept.</summary>
public sealed class TenantSecretUnreadableException : InvalidOperationException
{
    internal TenantSecretUnreadableException(string name, Type type)
        : base($"The tenant's secret '{name}' no longer fits {type.Name}. Let the application take what it took before, or set or remove the secret.") =>
        Name = name;

    /// <summary>The secret's name.</summary>
    public string Name { get; }
}
