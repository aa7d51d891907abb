using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Access;
using Rowhouse.ControlPlane.Auditing;
using Rowhouse.ControlPlane.Demo;
using Rowhouse.ControlPlane.Deprovisioning;
using Rowhouse.ControlPlane.Domains;
using Rowhouse.ControlPlane.Homes;
using Rowhouse.ControlPlane.Idempotency;
using Rowhouse.ControlPlane.Keys;
using Rowhouse.ControlPlane.Licenses;
using Rowhouse.ControlPlane.Licenses.Lists;
using Rowhouse.ControlPlane.Members;
using Rowhouse.ControlPlane.Operations;
using Rowhouse.ControlPlane.Outbox;
using Rowhouse.ControlPlane.Parameters;
using Rowhouse.ControlPlane.People;
using Rowhouse.ControlPlane.Placements;
using Rowhouse.ControlPlane.Products;
using Rowhouse.ControlPlane.Sessions;
using Rowhouse.ControlPlane.Store;
using Rowhouse.ControlPlane.Tenants;
using Rowhouse.Modules.Access;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.AspNetCore;
using Rowhouse.Tenancy.AspNetCore.Admission;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Postgres.Outbox;
using Rowhouse.Tenancy.Settings;

namespace Rowhouse.ControlPlane;

/// <summary>Puts the control plane into a host: tenants, people, sessions, and who may go on.</summary>
public static class ControlPlaneHostExtensions
{
    /// <summary>Keeps the catalogue of tenants in the control plane, and admits by its sessions, memberships and subscriptions.</summary>
    /// <param name="tenancy">The tenancy that is being set up; the sources of tenants are named before.</param>
    /// <param name="options">What there is to know of the installation.</param>
    public static TenancyBuilder WithControlPlane(this TenancyBuilder tenancy, ControlPlaneOptions options)
    {
        ArgumentNullException.ThrowIfNull(tenancy);
        tenancy.UseCatalogue<PlatformCatalogue>();
        tenancy.AdmitBy<PlatformAdmission>();
        tenancy.UseKeys<TenantKeys>();
        tenancy.Host.AddControlMigrations(PlatformDbContext.Schema, typeof(PlatformDbContext).Assembly);
        tenancy.Host.AddEvent<SettingsChanged>(SettingsChanged.Kind).AddControlEventHandler<SettingsChanged, SettingsVersions, PlatformDbContext>(SettingsVersions.Name);
        var services = tenancy.Services;
        services.AddSingleton(options);
        services.AddHttpContextAccessor();
        services.AddValidation();
        services.AddSingleton<IDbContextFactory<PlatformDbContext>, PlatformContexts>();
        services.AddScoped(provider => provider.GetRequiredService<IDbContextFactory<PlatformDbContext>>().CreateDbContext());
        services.AddPasswords();
        services.AddSignInLimits(options.SignInBurst);
        services.AddSingleton<PasswordWork>();
        services.TryAddScoped<Caller>();
        services.AddSingleton<RefusalLimit>();
        services.AddSingleton<SessionCache>();
        services.AddSingleton<SessionCookie>();
        services.AddSingleton<SessionReader>();
        services.AddSingleton<StreamLimit>();
        services.AddScoped<PlatformIdempotencyStore>();
        services.AddScoped<AuditTrail>();
        services.AddScoped<Memberships>();
        services.AddScoped<SignIn>();
        services.AddScoped<SignInGuard>();
        services.AddScoped<ChangePassword>();
        services.AddScoped<Invitations>();
        services.AddScoped<OpenInvitation>();
        services.AddScoped<SetPassword>();
        services.AddScoped<MemberChange>();
        services.AddSingleton<TenantRules>();
        services.AddScoped<TenantChange>();
        services.AddScoped<CreateTenant>();
        services.AddScoped<ChangeTenant>();
        services.AddHostedService<PlatformKeyStartup>(); // first: hosted services start in this order, and workers seal by the keys
        services.AddOperations();
        tenancy.Host.AddProducts();
        services.AddPlacements();
        services.AddHomes();
        services.AddDeprovisioning();
        services.AddParameters();
        services.AddScoped<LicenseRules>();
        services.AddScoped<AddLicense>();
        services.AddScoped<ChangeLicense>();
        services.AddScoped<ValidateLicense>();
        services.AddScoped<EventChange>();
        services.AddSingleton<PlatformKeys>();
        services.Insert(0, ServiceDescriptor.Singleton<IExceptionHandler, PlatformKeyMissing>()); // before the one that answers to any exception
        services.AddSingleton<KeyMaker>();
        services.AddSingleton<TenantKeyCache>();
        services.AddSingleton<RewrapKeys>();
        services.AddSingleton<DomainRules>();
        services.AddSingleton<IDomainProof, DnsProof>();
        services.AddScoped<AddDomain>();
        services.AddScoped<CheckDomain>();
        services.AddScoped<DomainChange>();
        services.AddHostedService<FirstAdmin>();
        services.AddHostedService<DemoTenants>();
        services.AddHostedService<ExpiredRows>();
        return tenancy;
    }

    /// <summary>Finds out who is calling. Stands before <c>UseTenancy()</c>.</summary>
    /// <param name="app">The application.</param>
    public static IApplicationBuilder UseSessions(this IApplicationBuilder app) => app.UseMiddleware<SessionMiddleware>();

    /// <summary>Maps the control plane's endpoints.</summary>
    /// <param name="endpoints">The application.</param>
    public static void MapControlPlane(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        endpoints.ServiceProvider.GetRequiredService<TenantRules>().CheckDefaults();
        var sessions = endpoints.MapGroup("").WithTags("Sessions");
        SignIn.Map(sessions);
        SignOut.Map(sessions);
        GetMe.Map(sessions);
        ChangePassword.Map(sessions);

        MapTenants(endpoints.MapGroup("/api/tenants").WithTags("Tenants").WithoutTenant(), "");

        // Account is what programs that came before call a tenant.
        MapTenants(endpoints.MapGroup("/api/accounts").WithTags("Accounts").WithoutTenant().WithAccountView(), "Account");
        ListProducts.Map(endpoints.MapGroup("").WithTags("Tenants"));

        var members = endpoints.MapGroup("/api/members").WithTags("Members");
        ListMembers.Map(members);
        AddMember.Map(members);
        UpdateMember.Map(members);
        RemoveMember.Map(members);
        RenewInvitation.Map(members);

        // Whoever is invited is no member yet, so these need no tenant.
        var invitations = endpoints.MapGroup("").WithTags("Members");
        ReadInvitation.Map(invitations);
        AcceptInvitation.Map(invitations);
        SetPassword.Map(invitations);

        var domains = endpoints.MapGroup("/api/domains").WithTags("Domains");
        ListDomains.Map(domains);
        AddDomain.Map(domains);
        CheckDomain.Map(domains);
        RemoveDomain.Map(domains);
        AllowDomain.Map(domains);
        var operations = endpoints.MapGroup("/api/operations").WithTags("Operations").WithoutTenant();
        GetOperation.Map(operations);
        FollowOperation.Map(operations);
        CancelOperation.Map(operations);
        RetryOperation.Map(operations);
        endpoints.MapParameters();
        MapLicenseLists(endpoints);
        ListAudit.Map(endpoints);
        endpoints.MapStores();
        MapOutbox(endpoints);
    }

    private static void MapOutbox(IEndpointRouteBuilder endpoints)
    {
        var events = endpoints.MapGroup("/api/outbox").WithTags("Events").WithoutTenant().RequireSuperAdmin();
        ListEvents.Map(events);
        SummarizeEvents.Map(events);
        RetryEvent.Map(events);
        DropEvent.Map(events);

        // What lies in a tenant's home is reached through that tenant.
        var home = endpoints.MapGroup("/api/tenants/{idOrSlug}/outbox").WithTags("Events").WithoutTenant().RequireSuperAdmin();
        RetryEvent.MapHome(home);
        DropEvent.MapHome(home);
    }

    private static void MapLicenseLists(IEndpointRouteBuilder endpoints)
    {
        MapList<Enterprise, EnterpriseRequest, EnterpriseResponse>(endpoints);
        MapList<LicensedProduct, LicensedItemRequest, LicensedItemResponse>(endpoints);
        MapList<LicensedService, LicensedItemRequest, LicensedItemResponse>(endpoints);
    }

    private static void MapList<TEntry, TRequest, TResponse>(IEndpointRouteBuilder endpoints)
        where TEntry : ListEntry, IListEntry<TEntry, TRequest, TResponse>
        where TRequest : class
    {
        var list = endpoints.MapGroup(TEntry.Words.Path).WithTags("Licenses").WithoutTenant().RequireSuperAdmin();
        ListEntries<TEntry, TRequest, TResponse>.Map(list);
        AddListEntry<TEntry, TRequest, TResponse>.Map(list);
        ChangeListEntry<TEntry, TRequest, TResponse>.Map(list);
    }

    private static void MapTenants(RouteGroupBuilder tenants, string suffix)
    {
        ListTenants.Map(tenants, suffix);
        CreateTenant.Map(tenants, suffix);
        GetTenant.Map(tenants, suffix);
        SuspendTenant.Map(tenants, suffix);
        ResumeTenant.Map(tenants, suffix);
        ChangeTenant.Map(tenants, suffix);
        DeleteTenant.Map(tenants, suffix);
        ReviveTenant.Map(tenants, suffix);
        RetryTenant.Map(tenants, suffix);
        Subscribe.Map(tenants, suffix);
        Unsubscribe.Map(tenants, suffix);
        ListTenantProducts.Map(tenants, suffix);
        RetryProduct.Map(tenants, suffix);
        ListOperations.Map(tenants, suffix);
        ListLicenses.Map(tenants, suffix);
        GetLicense.Map(tenants, suffix);
        AddLicense.Map(tenants, suffix);
        ChangeLicense.Map(tenants, suffix);
        ValidateLicense.Map(tenants, suffix);
    }
}
