using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Time.Testing;
using Rowhouse.Contracts;
using Rowhouse.Tests.Server;

namespace Rowhouse.Tests.ControlPlane.Licenses;

/// <summary>A server on a clock that the test moves, whose lists have an enterprise, a product and a service.</summary>
public sealed class LicenseServer : ServerFixture, IAsyncLifetime
{
    public const string Enterprise = "ENT-1";
    public const string Product = "prod-1";
    public const string Service = "serv-1";

    private int made;

    public FakeTimeProvider Clock { get; } = new(new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero));

    protected override void Configure(WebApplicationBuilder builder) => builder.Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(Clock));

    async ValueTask IAsyncLifetime.InitializeAsync()
    {
        await InitializeAsync();
        await ListAsync("enterprises", Enterprise);
        await ListAsync("licensed-products", Product);
        await ListAsync("licensed-services", Service);
    }

    /// <summary>A license that is good, from day to day.</summary>
    public static LicenseRequest License(string start = "2026-01-01", string end = "2026-12-31") => new()
    {
        EnterpriseId = Enterprise,
        ProductId = Product,
        ServiceId = Service,
        StartDate = DateOnly.Parse(start, null),
        EndDate = DateOnly.Parse(end, null),
        ContactFullName = "Lee Contact",
        ContactEmail = "lee@contact.example",
    };

    /// <summary>Puts an id on a list.</summary>
    public Task ListAsync(string list, string id) =>
        SuperAdmin.PostAsJsonAsync($"/api/{list}", new { id, name = $"Name of {id}" }, TestContext.Current.CancellationToken).ShouldBeAsync(HttpStatusCode.Created);

    /// <summary>Makes a tenant in a time zone.</summary>
    public async Task<TenantResponse> TenantAsync(string timeZone = "Etc/UTC", params LicenseRequest[] licenses) =>
        await SuperAdmin.PostAsJsonAsync("/api/tenants", new { name = $"Licensed {Interlocked.Increment(ref made)}", timeZone, licenses }, TestContext.Current.CancellationToken).ReadAsync<TenantResponse>(HttpStatusCode.Created);

    public Task<HttpResponseMessage> AddAsync(TenantResponse tenant, object license) =>
        SuperAdmin.PostAsJsonAsync($"/api/tenants/{tenant.Id}/licenses", license, TestContext.Current.CancellationToken);

    public Task<LicenseResponse> AddedAsync(TenantResponse tenant, object license) => AddAsync(tenant, license).ReadAsync<LicenseResponse>(HttpStatusCode.Created);

    public Task<HttpResponseMessage> ChangeAsync(TenantResponse tenant, Guid license, object change, string? ifMatch = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Patch, $"/api/tenants/{tenant.Id}/licenses/{license}") { Content = JsonContent.Create(change) };
        if (ifMatch is not null)
        {
            request.Headers.Add("If-Match", ifMatch);
        }

        return SuperAdmin.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>Whether a tenant is licensed now.</summary>
    public async Task<LicenseValidationResponse> ValidateAsync(TenantResponse tenant, object? more = null)
    {
        var request = new Dictionary<string, object?> { ["enterpriseId"] = Enterprise, ["productId"] = Product, ["serviceId"] = Service };
        foreach (var property in more?.GetType().GetProperties() ?? [])
        {
            request[property.Name] = property.GetValue(more);
        }

        return await SuperAdmin.PostAsJsonAsync($"/api/tenants/{tenant.Id}/licenses/validate", request, TestContext.Current.CancellationToken).ReadAsync<LicenseValidationResponse>();
    }

    public async Task<Page<LicenseResponse>> PageAsync(TenantResponse tenant, string query = "") =>
        await SuperAdmin.GetAsync($"/api/tenants/{tenant.Id}/licenses{query}", TestContext.Current.CancellationToken).ReadAsync<Page<LicenseResponse>>();

    /// <summary>Moves the clock on, and signs in again: the session has ended by then.</summary>
    public async Task MoveToAsync(string instant)
    {
        Clock.SetUtcNow(DateTimeOffset.Parse(instant, System.Globalization.CultureInfo.InvariantCulture));
        await RenewSuperAdminAsync();
    }
}
