using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Rowhouse.Tenancy.Keys;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Secrets.Store;

namespace Rowhouse.Tenancy.Secrets;

/// <summary>Registers secrets of tenants.</summary>
public static class TenantSecretHostExtensions
{
    /// <summary>
    /// Adds a secret that each tenant may have: <see cref="ITenantSecret{T}"/> in the scope of the tenant. Needs the tenants' keys
    /// (<see cref="TenancyBuilder.UseKeys{TKeys}"/>): without them the application does not start. Validated, when it is set and when it is read, are the attributes
    /// of <c>System.ComponentModel.DataAnnotations</c> and <c>IValidatableObject</c>.
    /// </summary>
    /// <typeparam name="T">The secret: an immutable record that System.Text.Json writes and reads again, in at most 64 KB, with a <c>ToString</c> of its own that says nothing of it.</typeparam>
    /// <param name="builder">The application that is being built.</param>
    /// <param name="name">The name under which it is kept and sealed; it can never change. For a product, the product's name or what begins with it.</param>
    /// <exception cref="ArgumentException">The name has another form, or the type would print the secret.</exception>
    /// <exception cref="InvalidOperationException">The name or the type is another secret's.</exception>
    public static IHostApplicationBuilder AddTenantSecret<T>(this IHostApplicationBuilder builder, string name)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(name);
        var secret = new SecretDeclaration<T>(name);
        var known = builder.Services.Select(service => service.ImplementationInstance).OfType<SecretDeclaration>().FirstOrDefault(known => known.Name == name || known is SecretDeclaration<T>);
        if (known is not null)
        {
            throw new InvalidOperationException($"The secret '{known.Name}' is there already. A secret has one type and a type is one secret.");
        }

        builder.AddTenantDbContext<SecretsDb>();
        builder.Services.AddSingleton<SecretDeclaration>(secret);
        builder.Services.AddSingleton(secret);
        builder.Services.TryAddSingleton<ITenantKeys, NoKeys>();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, SecretsStartup>());
        builder.Services.TryAddScoped<ITenantSecrets, TenantSecrets>();
        builder.Services.TryAddScoped<ITenantSecret<T>, TenantSecret<T>>();
        return builder;
    }
}
