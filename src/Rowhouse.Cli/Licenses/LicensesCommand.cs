using System.CommandLine;
using System.Globalization;
using Rowhouse.Cli.Terminal;
using Rowhouse.Contracts;

namespace Rowhouse.Cli.Licenses;

internal static class LicensesCommand
{
    public static Command Create(CommandRunner runner)
    {
        var command = new Command("licenses", "The licenses of a tenant.") { List(runner), Add(runner), Validate(runner) };
        command.Aliases.Add("licences");
        return command;
    }

    private static Command List(CommandRunner runner)
    {
        var tenant = SharedOptions.Tenant();
        var command = new Command("list", "List a tenant's licenses.") { tenant };
        runner.OverHttp(command, async (parsed, client, output, cancellationToken) =>
        {
            output.PrintTable(
                await Pages.ReadAllAsync(after => client.Tenants.LicensesAsync(parsed.GetRequiredValue(tenant), after, limit: 200, cancellationToken)),
                ("Enterprise", license => license.EnterpriseId),
                ("Product", license => license.ProductId),
                ("Service", license => license.ServiceId),
                ("From", license => Day(license.StartDate)),
                ("To", license => Day(license.EndDate)),
                ("State", license => license.State),
                ("Seats", license => license.Seats?.ToString(CultureInfo.InvariantCulture) ?? "any"),
                ("Id", license => license.Id.ToString()));
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Add(CommandRunner runner)
    {
        var tenant = SharedOptions.Tenant();
        var (enterprise, product, service) = NameOptions();
        var from = new Option<DateOnly>("--from") { Description = "Its first day, for example 2027-01-01.", Required = true };
        var to = new Option<DateOnly>("--to") { Description = "Its last day.", Required = true };
        var contactName = new Option<string>("--contact-name") { Description = "Whom to ask about it.", Required = true };
        var contactEmail = new Option<string>("--contact-email") { Description = "That person's e-mail address.", Required = true };
        var seats = new Option<int?>("--seats") { Description = "For how many users; any number when left out." };
        var overage = new Option<string?>("--overage") { Description = "How far over the seats it may be used: none (when left out), 1.25, 1.5, 2 or unlimited." };
        var scope = ScopeOption("What it is limited to; may be given more than once.");
        var grace = new Option<int>("--grace-days") { Description = "For how many days after its last it still holds; 0 when left out." };
        var command = new Command("add", "Give a tenant a license (super-admin).") { tenant, enterprise, product, service, from, to, contactName, contactEmail, seats, overage, scope, grace };
        runner.OverHttp(command, async (parsed, client, output, cancellationToken) =>
        {
            var request = new LicenseRequest
            {
                EnterpriseId = parsed.GetRequiredValue(enterprise),
                ProductId = parsed.GetRequiredValue(product),
                ServiceId = parsed.GetRequiredValue(service),
                StartDate = parsed.GetRequiredValue(from),
                EndDate = parsed.GetRequiredValue(to),
                ContactFullName = parsed.GetRequiredValue(contactName),
                ContactEmail = parsed.GetRequiredValue(contactEmail),
                Seats = parsed.GetValue(seats),
                Overage = parsed.GetValue(overage),
                Scope = parsed.GetValue(scope),
                GracePeriodDays = parsed.GetValue(grace),
            };
            output.Print(
                await client.Tenants.AddLicenseAsync(parsed.GetRequiredValue(tenant), request, cancellationToken),
                license => $"{license.EnterpriseId}  {license.ProductId}  {license.ServiceId}  {Day(license.StartDate)} to {Day(license.EndDate)}  {license.State}  {license.Id}");
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Validate(CommandRunner runner)
    {
        var tenant = SharedOptions.Tenant();
        var (enterprise, product, service) = NameOptions();
        var scope = ScopeOption("What it is to be used for; may be given more than once.");
        var entitlement = new Option<string?>("--entitlement") { Description = "A product of this installation that the tenant has to subscribe to." };
        var users = new Option<int?>("--users") { Description = "How many use it." };
        var command = new Command("validate", "Ask whether a tenant is licensed today; exit code 1 when it is not.") { tenant, enterprise, product, service, scope, entitlement, users };
        runner.OverHttp(command, async (parsed, client, output, cancellationToken) =>
        {
            var request = new ValidateLicenseRequest
            {
                EnterpriseId = parsed.GetRequiredValue(enterprise),
                ProductId = parsed.GetRequiredValue(product),
                ServiceId = parsed.GetRequiredValue(service),
                Scope = parsed.GetValue(scope),
                Entitlement = parsed.GetValue(entitlement),
                Users = parsed.GetValue(users),
            };
            var answer = await client.Tenants.ValidateLicenseAsync(parsed.GetRequiredValue(tenant), request, cancellationToken);
            output.Print(answer, validation => $"{validation.Code}: {validation.Detail}");
            return answer.Valid ? ExitCodes.Done : ExitCodes.Refused;
        });
        return command;
    }

    private static (Option<string> Enterprise, Option<string> Product, Option<string> Service) NameOptions() => (
        new("--enterprise") { Description = "The enterprise's id.", Required = true },
        new("--product") { Description = "The licensed product's id.", Required = true },
        new("--service") { Description = "The licensed service's id.", Required = true });

    private static Option<string[]> ScopeOption(string description) => new("--scope") { Description = description, AllowMultipleArgumentsPerToken = true };

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
