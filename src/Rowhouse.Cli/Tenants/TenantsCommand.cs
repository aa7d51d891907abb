using System.CommandLine;
using System.Globalization;
using Rowhouse.Cli.Operations;
using Rowhouse.Cli.Terminal;
using Rowhouse.Client;
using Rowhouse.Contracts;

namespace Rowhouse.Cli.Tenants;

internal static class TenantsCommand
{
    public static Command Create(CommandRunner runner) => new("tenants", "The tenants of the platform (super-admin).")
    {
        List(runner),
        Show(runner),
        CreateTenant(runner),
        Change(runner, "suspend", "Close a tenant for a while; nothing is lost.", (tenants, tenant, cancellationToken) => tenants.SuspendAsync(tenant, cancellationToken)),
        Change(runner, "resume", "Open a suspended tenant again.", (tenants, tenant, cancellationToken) => tenants.ResumeAsync(tenant, cancellationToken)),
        Protect(runner),
        Delete(runner),
        Retry(runner),
        Products(runner),
        RetryProduct(runner),
        Change(runner, "revive", "Bring a deleted tenant back as it was, until its retention ends.", (tenants, tenant, cancellationToken) => tenants.ReviveAsync(tenant, cancellationToken)),
    };

    private static Command List(CommandRunner runner)
    {
        var search = new Option<string?>("--search") { Description = "Words in name, slug or external id." };
        var status = new Option<string?>("--status") { Description = "Only tenants in this state, for example active." };
        var store = new Option<string?>("--store") { Description = "Only tenants in this store; 'rowhouse stores list' names them." };
        var command = new Command("list", "List tenants.") { search, status, store };
        runner.OverHttp(command, async (parsed, client, output, cancellationToken) =>
        {
            var tenants = new List<TenantResponse>();
            string? after = null;
            do
            {
                var page = await client.Tenants.ListAsync(parsed.GetValue(search), parsed.GetValue(status), after, 200, parsed.GetValue(store), cancellationToken);
                tenants.AddRange(page.Items);
                after = page.Next;
            }
            while (after is not null);
            output.PrintTable(
                tenants,
                ("Slug", tenant => tenant.Slug),
                ("Name", tenant => tenant.Name),
                ("Status", tenant => tenant.Status),
                ("Cloud", tenant => tenant.CloudType),
                ("Plan", tenant => tenant.Plan),
                ("Products", tenant => string.Join(", ", tenant.Products)),
                ("Id", tenant => tenant.Id.ToString()));
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Show(CommandRunner runner)
    {
        var tenant = TenantArgument();
        var command = new Command("show", "Show one tenant.") { tenant };
        runner.OverHttp(command, async (parsed, client, output, cancellationToken) =>
        {
            output.Print(await client.Tenants.GetAsync(parsed.GetRequiredValue(tenant), cancellationToken), Describe);
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command CreateTenant(CommandRunner runner)
    {
        var name = new Argument<string>("name") { Description = "The organisation's name." };
        var slug = new Option<string?>("--slug") { Description = "Its name in addresses; made from the name when left out." };
        var products = new Option<string[]>("--product") { Description = "A product it subscribes to; may be given more than once.", AllowMultipleArgumentsPerToken = true };
        var plan = new Option<string?>("--plan") { Description = "The plan of its products: starter (when left out), professional or enterprise." };
        var externalIds = new Option<string[]>("--external-id") { Description = "An id that others know it by; may be given more than once.", AllowMultipleArgumentsPerToken = true };
        var adminEmail = new Option<string?>("--admin-email") { Description = "The first admin's e-mail address." };
        var adminName = new Option<string?>("--admin-name") { Description = "The first admin's name; the e-mail address when left out." };
        var timeZone = new Option<string?>("--time-zone") { Description = "IANA time zone, for example Europe/London." };
        var currency = new Option<string?>("--currency") { Description = "ISO 4217 currency, for example GBP." };
        var locale = new Option<string?>("--locale") { Description = "BCP 47 locale, for example en-GB." };
        var cloud = new Option<string?>("--cloud") { Description = "public (when left out): its rows among others' in the shared home; private: a database of its own, which this waits for." };
        var store = new Option<string?>("--store") { Description = "The store it lives in; else the platform's default, or the least full of those that are open and have room." };
        var region = new Option<string?>("--region") { Description = "The region of the store it lives in." };
        var command = new Command("create", "Make a tenant.") { name, slug, cloud, store, region, products, plan, externalIds, adminEmail, adminName, timeZone, currency, locale };
        runner.OverHttp(command, async (parsed, client, output, cancellationToken) =>
        {
            var request = new CreateTenantRequest
            {
                Name = parsed.GetRequiredValue(name),
                Slug = parsed.GetValue(slug),
                CloudType = parsed.GetValue(cloud),
                Store = parsed.GetValue(store),
                Region = parsed.GetValue(region),
                Products = NullWhenEmpty(parsed.GetValue(products)),
                Plan = parsed.GetValue(plan),
                ExternalIds = NullWhenEmpty(parsed.GetValue(externalIds)),
                Admin = parsed.GetValue(adminEmail) is { } email ? new(email, parsed.GetValue(adminName) ?? email) : null,
                TimeZone = parsed.GetValue(timeZone),
                Currency = parsed.GetValue(currency),
                Locale = parsed.GetValue(locale),
            };
            var made = await client.Tenants.CreateAsync(request, cancellationToken);
            var (tenant, exitCode) = await HousedAsync(client, output, made, cancellationToken);

            // The link is in the first answer only.
            output.Print(tenant with { Admin = made.Admin }, shown => Describe(shown) + (shown.Admin?.InvitationLink is { } link ? $"\n{shown.Admin.Email} accepts within 24 hours at {new Uri(runner.UrlOf(parsed), link)}" : ""));
            return exitCode;
        });
        return command;
    }

    private static Command Retry(CommandRunner runner)
    {
        var tenant = TenantArgument();
        var command = new Command("retry", "Try again to make the home of a tenant for which that failed, and wait for it.") { tenant };
        runner.OverHttp(command, async (parsed, client, output, cancellationToken) =>
        {
            var (housed, exitCode) = await HousedAsync(client, output, await client.Tenants.RetryAsync(parsed.GetRequiredValue(tenant), cancellationToken), cancellationToken);
            output.Print(housed, Describe);
            return exitCode;
        });
        return command;
    }

    private static Command Products(CommandRunner runner)
    {
        var tenant = TenantArgument();
        var command = new Command("products", "List the products of a tenant, and whether each is set up for it.") { tenant };
        runner.OverHttp(command, async (parsed, client, output, cancellationToken) =>
        {
            List<TenantProductResponse> products = [];
            string? after = null;
            do
            {
                var page = await client.Tenants.ProductsAsync(parsed.GetRequiredValue(tenant), after, limit: 200, cancellationToken);
                products.AddRange(page.Items);
                after = page.Next;
            }
            while (after is not null);
            output.PrintTable(
                products,
                ("Product", product => product.Product),
                ("State", product => product.State),
                ("Since", product => product.Since.ToString("u", CultureInfo.InvariantCulture)),
                ("Reason", product => product.PendingReason ?? product.Error ?? ""));
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command RetryProduct(CommandRunner runner)
    {
        var tenant = TenantArgument();
        var product = new Argument<string>("product") { Description = "The product's name." };
        var command = new Command("retry-product", "Try again to set up a product of a tenant for which that failed, and wait for it.") { tenant, product };
        runner.OverHttp(command, async (parsed, client, output, cancellationToken) =>
        {
            var retried = await client.Tenants.RetryProductAsync(parsed.GetRequiredValue(tenant), parsed.GetRequiredValue(product), cancellationToken);
            var begun = await client.Operations.GetAsync(retried.Operation!.Value, cancellationToken); // what was retried has one
            var ended = await OperationFollower.FollowAsync(client, output, begun, cancellationToken);
            output.Print(ended, OperationFollower.Describe);
            return OperationFollower.ExitCodeOf(ended);
        });
        return command;
    }

    /// <summary>Waits until the tenant's home is made, where it is being made.</summary>
    private static async Task<(TenantResponse Tenant, int ExitCode)> HousedAsync(RowhouseClient client, Output output, TenantResponse tenant, CancellationToken cancellationToken)
    {
        if (tenant.Status is not "creating" || (await client.Tenants.OperationsAsync(tenant.Id.ToString(), cancellationToken: cancellationToken)).Items.FirstOrDefault(known => known.Product is null) is not { } operation)
        {
            return (tenant, ExitCodes.Done);
        }

        var ended = await OperationFollower.FollowAsync(client, output, operation, cancellationToken);
        return (await client.Tenants.GetAsync(tenant.Id.ToString(), cancellationToken), OperationFollower.ExitCodeOf(ended));
    }

    private static Command Change(CommandRunner runner, string verb, string description, Func<TenantsClient, string, CancellationToken, Task<TenantResponse>> change)
    {
        var tenant = TenantArgument();
        var command = new Command(verb, description) { tenant };
        runner.OverHttp(command, async (parsed, client, output, cancellationToken) =>
        {
            output.Print(await change(client.Tenants, parsed.GetRequiredValue(tenant), cancellationToken), Describe);
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Protect(CommandRunner runner)
    {
        var tenant = TenantArgument();
        var off = new Option<bool>("--off") { Description = "Let it be deleted again." };
        var command = new Command("protect", "Protect a tenant from deletion.") { tenant, off };
        runner.OverHttp(command, async (parsed, client, output, cancellationToken) =>
        {
            var changes = new Dictionary<string, object?> { ["deletionProtection"] = !parsed.GetValue(off) };
            output.Print(await client.Tenants.ChangeAsync(parsed.GetRequiredValue(tenant), changes, cancellationToken), Describe);
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Delete(CommandRunner runner)
    {
        var tenant = TenantArgument();
        var confirm = new Option<string>("--confirm") { Description = "Its slug, once more.", Required = true };
        var command = new Command("delete", "Delete a tenant; it can be revived until its retention ends.") { tenant, confirm };
        runner.OverHttp(command, async (parsed, client, output, cancellationToken) =>
        {
            var deleted = await client.Tenants.DeleteAsync(parsed.GetRequiredValue(tenant), parsed.GetRequiredValue(confirm), cancellationToken);
            output.Print(deleted, gone => $"{Describe(gone)}\nIt can be revived until {gone.RetainedUntil:u}.");
            return ExitCodes.Done;
        });
        return command;
    }

    private static Argument<string> TenantArgument() => new("tenant") { Description = "Its id or slug." };

    private static string Describe(TenantResponse tenant) =>
        $"{tenant.Slug}  {tenant.Name}  {tenant.Status}  {tenant.CloudType}  {tenant.Plan}  {(tenant.Products.Count > 0 ? string.Join(", ", tenant.Products) : "no products")}  {tenant.Id}{(tenant.ProvisioningError is { } error ? $"\nIts home could not be made: {error}" : "")}";

    private static string[]? NullWhenEmpty(string[]? values) => values is { Length: > 0 } ? values : null;
}
