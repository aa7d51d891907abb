using System.CommandLine;
using Rowhouse.Cli.CardVault;
using Rowhouse.Cli.Installation;
using Rowhouse.Cli.Sessions;
using Rowhouse.Cli.Tenants;
using Rowhouse.Cli.Terminal;

namespace Rowhouse.Cli;

/// <summary>The tree of commands.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(IReadOnlyList<string> args, CliEnvironment environment)
    {
        var parsed = Build(environment).Parse(args);
        var status = await parsed.InvokeAsync(new() { Output = environment.Out, Error = environment.Error, EnableDefaultExceptionHandler = false });
        return parsed.Errors.Count > 0 ? ExitCodes.Usage : status;
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
            CardVaultCommand.Create(runner),
            ServeCommand.Create(installation),
            MigrateCommand.Create(installation),
            VerifyCommand.Create(installation),
            DatabaseCommand.Create(installation),
            DoctorCommand.Create(installation),
        };
    }
}
