using System.Collections.Frozen;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Rowhouse.Tenancy.AspNetCore.Admission;
using Rowhouse.Tenancy.AspNetCore.Hubs;
using Rowhouse.Tenancy.AspNetCore.Resolution;

namespace Rowhouse.Tenancy.AspNetCore;

/// <summary>Says where requests name their tenant, and puts the tenant into the pipeline.</summary>
public static class TenancyAspNetCoreExtensions
{
    /// <inheritdoc cref="TenantSources.Host"/>
    /// <param name="tenancy">The tenancy that is being set up.</param>
    /// <param name="template">The template, for example <c>{tenant}.example.com</c>.</param>
    /// <exception cref="ArgumentException">The template cannot name a tenant.</exception>
    public static TenancyBuilder FromHost(this TenancyBuilder tenancy, string template) => tenancy.From(TenantSources.Host(template));

    /// <inheritdoc cref="TenantSources.Origin"/>
    /// <param name="tenancy">The tenancy that is being set up.</param>
    /// <param name="template">The template, for example <c>{tenant}.example.com</c>.</param>
    /// <exception cref="ArgumentException">The template cannot name a tenant.</exception>
    public static TenancyBuilder FromOrigin(this TenancyBuilder tenancy, string template) => tenancy.From(TenantSources.Origin(template));

    /// <inheritdoc cref="TenantSources.Path"/>
    /// <param name="tenancy">The tenancy that is being set up.</param>
    /// <param name="template">Fixed segments and then <c>{tenant}</c>, for example <c>/t/{tenant}</c>.</param>
    /// <exception cref="ArgumentException">The template cannot name a tenant.</exception>
    public static TenancyBuilder FromPath(this TenancyBuilder tenancy, string template) => tenancy.From(TenantSources.Path(template));

    /// <inheritdoc cref="TenantSources.Header"/>
    /// <param name="tenancy">The tenancy that is being set up.</param>
    /// <param name="name">The header's name.</param>
    /// <param name="kind">What its value is: an id, slug or external id unless something else is said.</param>
    /// <exception cref="ArgumentException">No header can have the name.</exception>
    public static TenancyBuilder FromHeader(this TenancyBuilder tenancy, string name, IdentifierKind kind = IdentifierKind.Name) => tenancy.From(TenantSources.Header(name, kind));

    /// <inheritdoc cref="TenantSources.Query"/>
    /// <param name="tenancy">The tenancy that is being set up.</param>
    /// <param name="name">The parameter's name.</param>
    /// <param name="kind">What its value is: an id, slug or external id unless something else is said.</param>
    /// <exception cref="ArgumentException">No parameter should have the name.</exception>
    public static TenancyBuilder FromQuery(this TenancyBuilder tenancy, string name, IdentifierKind kind = IdentifierKind.Name) => tenancy.From(TenantSources.Query(name, kind));

    /// <inheritdoc cref="TenantSources.Claim"/>
    /// <param name="tenancy">The tenancy that is being set up.</param>
    /// <param name="type">The claim's type, for example <c>org_id</c>.</param>
    /// <param name="issuer">The issuer whose word is taken; any by default.</param>
    /// <param name="prefix">What stands before the value among the external ids, where those of two issuers could be the same.</param>
    /// <exception cref="ArgumentException">The type is empty.</exception>
    public static TenancyBuilder FromClaim(this TenancyBuilder tenancy, string type, string? issuer = null, string prefix = "") => tenancy.From(TenantSources.Claim(type, issuer, prefix));

    /// <inheritdoc cref="TenantSources.ApiKey"/>
    /// <param name="tenancy">The tenancy that is being set up.</param>
    /// <param name="header">The header's name, for example <c>X-Api-Key</c>.</param>
    /// <exception cref="ArgumentException">No header can have the name.</exception>
    public static TenancyBuilder FromApiKey(this TenancyBuilder tenancy, string header) => tenancy.From(TenantSources.ApiKey(header));

    /// <summary>Takes the tenant from places that a configuration names, in its order. See <see cref="TenantSourceList"/> for how they are written.</summary>
    /// <param name="tenancy">The tenancy that is being set up.</param>
    /// <param name="places">The places, each as a line.</param>
    /// <exception cref="FormatException">A line cannot be understood; the message quotes it and says which part is wrong.</exception>
    public static TenancyBuilder FromList(this TenancyBuilder tenancy, IEnumerable<string> places)
    {
        foreach (var source in TenantSourceList.Parse(places))
        {
            tenancy.From(source);
        }

        return tenancy;
    }

    /// <summary>Takes the tenant from a place of one's own.</summary>
    /// <param name="tenancy">The tenancy that is being set up.</param>
    /// <param name="read">Adds what the request says there.</param>
    public static TenancyBuilder From(this TenancyBuilder tenancy, Action<HttpContext, TenantMentions> read) => tenancy.From(TenantSources.From(read));

    /// <summary>Takes the tenant from a place. Places are read in the order in which they are given; all that name a tenant have to agree.</summary>
    /// <param name="tenancy">The tenancy that is being set up.</param>
    /// <param name="source">The place.</param>
    public static TenancyBuilder From(this TenancyBuilder tenancy, ITenantSource source)
    {
        ArgumentNullException.ThrowIfNull(tenancy);
        ArgumentNullException.ThrowIfNull(source);
        tenancy.Services.TryAddSingleton<ITenantAdmission, TenantStateAdmission>();
        if (tenancy.Services.All(service => service.ServiceType != typeof(TenantHubFilter)))
        {
            tenancy.Services.AddSingleton<TenantHubFilter>().Configure<HubOptions>(hubs => hubs.AddFilter<TenantHubFilter>());
        }

        tenancy.Services.TryAddSingleton(provider =>
            new TenantHosts(provider.GetServices<ITenantSource>(), provider.GetRequiredService<TenantDirectory>(), provider.GetRequiredService<TenantLookup>()));
        tenancy.Services.AddSingleton(source);
        return tenancy;
    }

    /// <summary>Lets another admission decide who may go on, in place of the kernel's own.</summary>
    /// <typeparam name="TAdmission">The admission; made once per request.</typeparam>
    /// <param name="tenancy">The tenancy that is being set up.</param>
    public static TenancyBuilder AdmitBy<TAdmission>(this TenancyBuilder tenancy)
        where TAdmission : class, ITenantAdmission
    {
        ArgumentNullException.ThrowIfNull(tenancy);
        tenancy.Services.Replace(ServiceDescriptor.Scoped<ITenantAdmission, TAdmission>());
        return tenancy;
    }

    /// <summary>
    /// Looks for the tenant, routes, and lets in whom the admission lets in. Stands after authentication and before the
    /// endpoints; it routes by itself, because a tenant in the path moves the path before a route is chosen.
    /// </summary>
    /// <param name="app">The application.</param>
    public static IApplicationBuilder UseTenancy(this IApplicationBuilder app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.UseMiddleware<TenantResolutionMiddleware>();
        app.UseRouting();
        return app.UseMiddleware<TenantAdmissionMiddleware>();
    }

    /// <summary>
    /// Sends readers of addresses that begin with a tenant's name, <c>/smith/cards</c>, to where the tenant's pages are, <c>/t/smith/cards</c>. For links
    /// from before; stands before <see cref="UseTenancy"/> and after what serves files. Only GET and HEAD, and only slugs of tenants.
    /// </summary>
    /// <param name="app">The application.</param>
    /// <param name="prefix">What stands before the tenant in addresses, for example <c>/t</c>.</param>
    /// <param name="except">What begins an address of the application itself and could be a tenant's slug, in lower case.</param>
    /// <exception cref="ArgumentException">The prefix is no path.</exception>
    public static IApplicationBuilder UseBarePathRedirect(this IApplicationBuilder app, string prefix = "/t", IEnumerable<string>? except = null)
    {
        ArgumentNullException.ThrowIfNull(app);
        PathSource.CheckPrefix(prefix);
        return app.UseMiddleware<BarePathRedirect>(new PathString(prefix), (except ?? []).ToFrozenSet(StringComparer.Ordinal));
    }
}
