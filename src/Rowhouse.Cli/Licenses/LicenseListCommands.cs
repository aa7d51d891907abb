using System.CommandLine;
using Rowhouse.Cli.Terminal;
using Rowhouse.Client;
using Rowhouse.Contracts;

namespace Rowhouse.Cli.Licenses;

/// <summary>The lists of what licenses name.</summary>
internal static class LicenseListCommands
{
    private static readonly (string, Func<LicensedItemResponse, string>)[] ItemColumns = [("Id", item => item.Id), ("Name", item => item.Name), ("Active", item => YesOrNo(item.Active))];

    public static Command Enterprises(CommandRunner runner) => new("enterprises", "The enterprises whose licenses tenants may have (super-admin).")
    {
        List(
            runner,
            (platform, after, cancellationToken) => platform.EnterprisesAsync(after, limit: 200, cancellationToken),
            ("Id", enterprise => enterprise.Id),
            ("Name", enterprise => enterprise.Name),
            ("Active", enterprise => YesOrNo(enterprise.Active)),
            ("Banned", enterprise => YesOrNo(enterprise.Banned))),
        Add(runner, (platform, id, name, cancellationToken) => platform.AddEnterpriseAsync(new() { Id = id, Name = name }, cancellationToken)),
    };

    public static Command Products(CommandRunner runner) => new("licensed-products", "The products that licenses may be for (super-admin).")
    {
        List(runner, (platform, after, cancellationToken) => platform.LicensedProductsAsync(after, limit: 200, cancellationToken), ItemColumns),
        Add(runner, (platform, id, name, cancellationToken) => platform.AddLicensedProductAsync(new() { Id = id, Name = name }, cancellationToken)),
    };

    public static Command Services(CommandRunner runner) => new("licensed-services", "The services that licenses may be for (super-admin).")
    {
        List(runner, (platform, after, cancellationToken) => platform.LicensedServicesAsync(after, limit: 200, cancellationToken), ItemColumns),
        Add(runner, (platform, id, name, cancellationToken) => platform.AddLicensedServiceAsync(new() { Id = id, Name = name }, cancellationToken)),
    };

    private static Command List<T>(CommandRunner runner, Func<PlatformClient, string?, CancellationToken, Task<Page<T>>> readAsync, params IReadOnlyList<(string, Func<T, string>)> columns)
    {
        var command = new Command("list", "List them.");
        runner.OverHttp(command, async (_, client, output, cancellationToken) =>
        {
            output.PrintTable(await Pages.ReadAllAsync(after => readAsync(client.Platform, after, cancellationToken)), columns);
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Add<T>(CommandRunner runner, Func<PlatformClient, string, string, CancellationToken, Task<T>> addAsync)
    {
        var id = new Argument<string>("id") { Description = "Its id, kept as it is given." };
        var name = new Argument<string>("name") { Description = "Its name." };
        var command = new Command("add", "Add one.") { id, name };
        runner.OverHttp(command, async (parsed, client, output, cancellationToken) =>
        {
            output.Print(await addAsync(client.Platform, parsed.GetRequiredValue(id), parsed.GetRequiredValue(name), cancellationToken), _ => $"{parsed.GetRequiredValue(id)}  {parsed.GetRequiredValue(name)}");
            return ExitCodes.Done;
        });
        return command;
    }

    private static string YesOrNo(bool value) => value ? "yes" : "no";
}
