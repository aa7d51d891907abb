using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Rowhouse.Cli.Terminal;
using Rowhouse.Tenancy.Postgres;

namespace Rowhouse.Cli.Installation;

internal static class MigrateCommand
{
    public static Command Create(InstallationRunner runner)
    {
        var status = new Option<bool>("--status") { Description = "Only say which scripts are missing and which dedicated homes are behind; exit code 1 where any is." };
        var command = new Command("migrate", "Bring the databases to the schema of this version, with the owner's connection.") { status };
        runner.OnDatabase(command, async (parsed, services, output, cancellationToken) =>
        {
            var database = services.GetRequiredService<PostgresDatabase>();
            if (parsed.GetValue(status))
            {
                var pending = await database.Migrations.FindPendingAsync(services.GetRequiredService<PostgresStore>(), cancellationToken);
                var homes = await database.Homes.VerifyHomesAsync(cancellationToken);
                output.Print(
                    new { scripts = pending, homes = homes.Behind },
                    missing => string.Join('\n', new[] { missing.scripts.Count is 0 ? "The schema is up to date." : $"Missing:\n  {string.Join("\n  ", missing.scripts)}", homes.SayBehind() }.OfType<string>()));
                return pending.Count is 0 && homes.Behind.Count is 0 ? ExitCodes.Done : ExitCodes.Refused;
            }

            var applied = await database.MigrateAsync(cancellationToken);
            output.Print(applied, scripts => scripts.Count is 0 ? "The schema was up to date; the guards were written again." : $"Applied:\n  {string.Join("\n  ", scripts)}");
            var failures = await database.Homes.PrepareAddedAsync(cancellationToken);
            foreach (var (store, why) in failures)
            {
                await runner.Environment.Error.WriteLineAsync($"The store {store} is not ready for this version, and its homes may be behind: {why} Mend it and run this again.");
            }

            if ((await database.Homes.VerifyHomesAsync(cancellationToken)).SayBehind() is { } behind)
            {
                // Without the provisioner's connection homes stay as they are; with it, one may have been made by an older server meanwhile.
                output.Say(behind);
            }

            return failures.Count is 0 ? ExitCodes.Done : ExitCodes.Refused;
        });
        return command;
    }
}
