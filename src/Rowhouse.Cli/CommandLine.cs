using System.CommandLine;
using Rowhouse.Cli.CardVault;
using Rowhouse.Cli.Installation;
using Rowhouse.Cli.Licenses;
using Rowhouse.Cli.Operations;
using Rowhouse.Cli.Outbox;
using Rowhouse.Cli.Parameters;
using Rowhouse.Cli.Sessions;
using Rowhouse.Cli.Stores;
using Rowhouse.Cli.Tenants;
using Rowhouse.Cli.Terminal;

namespace Rowhouse.Cli;

/// <summary>The tree of commands.</summary>
internal static class CommandLine
{
    // Longer than a server takes to finish its requests and to stop its database.
    private static readonly TimeSpan TimeToStop = TimeSpan.FromSeconds(45);

    public static async Task<int> RunAsync(IReadOnlyList<string> args, CliEnvironment environment)
    {
        var parsed = Build(environment).Parse(args);
        try
        {
            var status = await parsed.InvokeAsync(new()
            {
                Output = environment.Out,
                Error = environment.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = TimeToStop,
            });
            return parsed.Errors.Count > 0 ? ExitCodes.Usage : status;
        }
        catch (OperationCanceledException)
        {
            await environment.Error.WriteLineAsync("Stopped.");
            return ExitCodes.Stopped;
        }
    }

    public static RootCommand Build(CliEnvironment environment)
    {
        var shared = new SharedOptions();
        var runner = new CommandRunner(environment, shared);
        var installation = new InstallationRunner(runner);
        return new("Runs and administers Rowhouse. Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 the server cannot be reached.")
        {
            shared.Json,
            shared.Url,
            LoginCommand.Create(runner),
            LogoutCommand.Create(runner),
            TenantsCommand.Create(runner),
            LicensesCommand.Create(runner),
            LicenseListCommands.Enterprises(runner),
            LicenseListCommands.Products(runner),
            LicenseListCommands.Services(runner),
            StoresCommand.Create(runner),
            OperationsCommand.Create(runner),
            OutboxCommand.Create(runner),
            ParametersCommand.Create(runner),
            CardVaultCommand.Create(runner),
            ServeCommand.Create(installation),
            MigrateCommand.Create(installation),
            VerifyCommand.Create(installation),
            DatabaseCommand.Create(installation),
            DoctorCommand.Create(installation),
        };
    }
}
