using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Rowhouse.Tenancy.AspNetCore.Admission;
using Rowhouse.Tenancy.AspNetCore.Resolution;

namespace Rowhouse.Tenancy.AspNetCore;

/// <summary>Says where requests name their tenant, and puts the tenant into the pipeline.</summary>
public static class TenancyAspNetCoreExtensions
{
    /// <summary>
    /// Takes the tenant from the host. <c>{tenant}</c> is the label that names it, <c>?</c> is any one label, <c>*</c> any number
    /// of labels. A host outside the template leads to a tenant only where it is one of its own domains; an IP address never does.
    /// Nor does a label that no tenant can have as its slug, such as <c>www</c> (<see cref="Slug.IsReserved"/>).
    /// </summary>
    /// <param name="tenancy">The tenancy that is being set up.</param>
    /// <param name="template">The template, for example <c>{tenant}.example.com</c>.</param>
    /// <exception cref="ArgumentException">The template cannot name a tenant.</exception>
    public static TenancyBuilder FromHost(this TenancyBuilder tenancy, string template) => tenancy.From(new HostSource(HostTemplate.Parse(template)));

    /// <summary>Takes the tenant from the path; what the template covers moves to the request's path base.</summary>
    /// <param name="tenancy">The tenancy that is being set up.</param>
    /// <param name="template">Fixed segments and then <c>{tenant}</c>, for example <c>/t/{tenant}</c>.</param>
    /// <exception cref="ArgumentException">The template cannot name a tenant.</exception>
    public static TenancyBuilder FromPath(this TenancyBuilder tenancy, string template) => tenancy.From(new PathSource(template));

    /// <summary>Takes the tenant from a header: its id, slug or an external id.</summary>
    /// <param name="tenancy">The tenancy that is being set up.</param>
    /// <param name="name">The header's name.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public static TenancyBuilder FromHeader(this TenancyBuilder tenancy, string name) => tenancy.From(new HeaderSource(name));

    /// <summary>Takes the tenant from a place of one's own.</summary>
    /// <param name="tenancy">The tenancy that is being set up.</param>
    /// <param name="source">The place.</param>
    public static TenancyBuilder From(this TenancyBuilder tenancy, ITenantSource source)
    {
        ArgumentNullException.ThrowIfNull(tenancy);
        ArgumentNullException.ThrowIfNull(source);
        tenancy.Services.TryAddSingleton<ITenantAdmission, TenantStateAdmission>();
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
}
