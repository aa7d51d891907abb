using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Rowhouse.Cli.Terminal;
using Rowhouse.Tenancy.Postgres;

namespace Rowhouse.Cli.Installation;

internal static class VerifyCommand
{
    public static Command Create(InstallationRunner runner) => new("verify", "Check promises against the live system.") { Isolation(runner) };

    private static Command Isolation(InstallationRunner runner)
    {
        var command = new Command("isolation", "Compare the live database's policies, grants, owners, views, functions and keys with the models; exit code 1 where anything differs.");
        runner.OnDatabase(command, async (_, services, output, cancellationToken) =>
        {
            var report = await services.GetRequiredService<PostgresDatabase>().VerifyIsolationAsync(cancellationToken);
            output.Print(report, sound => sound.ToString());
            return report.IsSound ? ExitCodes.Done : ExitCodes.Refused;
        });
        return command;
    }
}
