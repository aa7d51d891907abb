using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Postgres.Outbox;
using Rowhouse.Tenancy.Settings.Store;

namespace Rowhouse.Tenancy.Settings;

/// <summary>Registers settings of tenants.</summary>
public static class TenantSettingsHostExtensions
{
    /// <summary>
    /// Adds a section of settings that each tenant may change: <see cref="ITenantSettings{T}"/> in the scope of the tenant. Needs the tenants' cache. Validated, at the
    /// start as at each change, are the attributes of <c>System.ComponentModel.DataAnnotations</c> and <c>IValidatableObject</c>.
    /// </summary>
    /// <typeparam name="T">The section: an immutable record that System.Text.Json writes as an object and reads again. No secrets: it is kept in caches as it is.</typeparam>
    /// <param name="builder">The application that is being built.</param>
    /// <param name="name">The name under which it is kept; it can never change. For a product, the product's name or what begins with it.</param>
    /// <param name="defaults">What applies where the tenant has set nothing.</param>
    /// <exception cref="ArgumentException">The name has another form, or the defaults are not valid.</exception>
    /// <exception cref="InvalidOperationException">The name is another section's.</exception>
    public static IHostApplicationBuilder AddTenantSettings<T>(this IHostApplicationBuilder builder, string name, T defaults)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(defaults);
        var section = new SettingsSection<T>(name, defaults);
        var known = builder.Services.Select(service => service.ImplementationInstance).OfType<SettingsSection>().FirstOrDefault(known => known.Name == name || known is SettingsSection<T>);
        if (known is not null)
        {
            throw new InvalidOperationException($"The section '{known.Name}' is there already. A section has one type and a type is one section.");
        }

        builder.AddTenantDbContext<SettingsDb>().AddEvent<SettingsChanged>(SettingsChanged.Kind);
        builder.Services.AddSingleton<SettingsSection<T>>(section);
        builder.Services.TryAddScoped<ITenantSettings<T>, TenantSettings<T>>();
        return builder;
    }
}
