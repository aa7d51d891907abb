using System.Net.Http.Json;
using System.Runtime.Loader;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Rowhouse.CardVault;
using Rowhouse.Modules.Provisioning;
using Rowhouse.Tenancy;
using Rowhouse.Tests.ControlPlane.Products;

[assembly: HostingStartup(typeof(ProvisioningStartup))]

namespace Rowhouse.Tests.ControlPlane.Products
{
    /// <summary>Gives CardVault a workspace at a vendor's for each tenant, in a real server: a process that is started with <see cref="EnvironmentOf"/>.</summary>
    public sealed class ProvisioningStartup : IHostingStartup
    {
        private const string Address = "TEST_VENDOR";

        /// <summary>What a process is told so that it loads this.</summary>
        public static IReadOnlyDictionary<string, string?> EnvironmentOf(Vendor vendor) => new Dictionary<string, string?>
        {
            ["DOTNET_STARTUP_HOOKS"] = typeof(ProvisioningStartup).Assembly.Location,
            ["ASPNETCORE_HOSTINGSTARTUPASSEMBLIES"] = typeof(ProvisioningStartup).Assembly.GetName().Name,
            [Address] = vendor.Address.ToString(),
        };

        public void Configure(IWebHostBuilder builder) => builder.ConfigureServices(services => services
            .AddSingleton(new ProvisionedProduct(CardVaultModule.Info.Name))
            .AddKeyedScoped<IProductProvisioner, Provisioner>(CardVaultModule.Info.Name));

        private sealed class Provisioner(TenantScope scope) : IProductProvisioner
        {
            private readonly Uri vendor = new(Environment.GetEnvironmentVariable(Address)!); // as EnvironmentOf says

            public async Task<ProvisioningResult> ProvisionAsync(CancellationToken cancellationToken)
            {
                var workspace = new Workspace(Guid.CreateVersion7(TimeProvider.System.GetUtcNow()), $"{CardVaultModule.Info.Name} {scope.Tenant.Slug}", scope.Tenant.Id.ToString());
                using var client = new HttpClient { BaseAddress = vendor };
                if (await client.GetFromJsonAsync<List<Workspace>>($"/workspaces?name={Uri.EscapeDataString(workspace.Name)}&key={workspace.Key}", cancellationToken) is [])
                {
                    using var made = await client.PostAsJsonAsync("/workspaces", workspace, cancellationToken);
                    made.EnsureSuccessStatusCode();
                }

                return ProvisioningResult.Ready;
            }

            public Task DeprovisionAsync(CancellationToken cancellationToken) => Task.CompletedTask;
        }
    }
}

#pragma warning disable CA1050, MA0047 // the runtime looks for it under this name, in no namespace
/// <summary>Lets a process that does not refer to the tests find what is beside it.</summary>
internal static class StartupHook
#pragma warning restore CA1050, MA0047
{
    public static void Initialize() => AssemblyLoadContext.Default.Resolving += (context, name) =>
        Path.Combine(AppContext.BaseDirectory, $"{name.Name}.dll") is var file && File.Exists(file) ? context.LoadFromAssemblyPath(file) : null;
}
