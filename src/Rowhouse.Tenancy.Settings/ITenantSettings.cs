using System.ComponentModel.DataAnnotations;

namespace Rowhouse.Tenancy.Settings;

/// <summary>
/// The settings of one section of the scope's tenant: what the tenant has set, over the application's defaults. A member that the tenant has not set, or set to what
/// the default is, follows the default. Registered by <see cref="TenantSettingsHostExtensions.AddTenantSettings{T}"/>.
/// </summary>
/// <typeparam name="T">The section. Readers share one object, so let it be an immutable record.</typeparam>
/// <exception cref="TenantNotBoundException">The scope has no tenant; the message names the place that asked.</exception>
public interface ITenantSettings<T>
    where T : class
{
    /// <summary>The tenant's settings, from the tenant's cache: another node's change is seen soon where there is a control plane, at once where nodes share a Redis, and within a minute in any case.</summary>
    /// <param name="cancellationToken">Stops looking.</param>
    /// <returns>Valid settings.</returns>
    /// <exception cref="TenantSettingsUnreadableException">What the tenant has set no longer fits the section.</exception>
    ValueTask<CurrentSettings<T>> GetAsync(CancellationToken cancellationToken = default);

    /// <summary>Changes the tenant's settings. Of several who change a section at once each sees what the one before has made of it.</summary>
    /// <param name="change">Makes the new settings from those that are there. It may be called again, when the tenant moves meanwhile; what it throws undoes the change.</param>
    /// <param name="cancellationToken">Stops, and changes nothing.</param>
    /// <returns>The settings as they are now; their version is greater where they differ.</returns>
    /// <exception cref="TenantSettingsRefusedException">The new settings are not valid. Nothing was changed.</exception>
    /// <exception cref="TenantSettingsUnreadableException">What the tenant has set no longer fits the section; <see cref="ResetAsync"/> mends that.</exception>
    Task<CurrentSettings<T>> ChangeAsync(Func<CurrentSettings<T>, T> change, CancellationToken cancellationToken = default);

    /// <summary>Lets the whole section follow the defaults again, whatever the tenant had set.</summary>
    /// <param name="cancellationToken">Stops, and changes nothing.</param>
    /// <returns>The defaults, with the version that they have for this tenant.</returns>
    Task<CurrentSettings<T>> ResetAsync(CancellationToken cancellationToken = default);
}

/// <summary>The settings of a tenant as they are at one moment.</summary>
/// <param name="Value">The settings.</param>
/// <param name="Version">How often the tenant changed them: 0 while all are the defaults. Two versions of a tenant's section that are equal say the same, unless the defaults have changed.</param>
/// <typeparam name="T">The section.</typeparam>
public sealed record CurrentSettings<T>(T Value, long Version)
    where T : class;

/// <summary>Settings that a tenant cannot have.</summary>
public sealed class TenantSettingsRefusedException : InvalidOperationException
{
    internal TenantSettingsRefusedException(string section, IReadOnlyList<ValidationResult> errors)
        : base($"These settings of '{section}' are not valid: {string.Join(" ", errors.Select(error => error.ErrorMessage))}")
    {
        Section = section;
        Errors = errors;
    }

    /// <summary>The section.</summary>
    public string Section { get; }

    /// <summary>What is wrong, with the members that it is about.</summary>
    public IReadOnlyList<ValidationResult> Errors { get; }
}

/// <summary>What a tenant has set is not what the section takes by now: its type or its rules have changed since.</summary>
public sealed class TenantSettingsUnreadableException : InvalidOperationException
{
    internal TenantSettingsUnreadableException(string section, string reason, Exception? innerException = null)
        : base($"The tenant's settings of '{section}' no longer fit: {reason} Let the application take what it took before, or reset the section.", innerException) =>
        Section = section;

    /// <summary>The section.</summary>
    public string Section { get; }
}
