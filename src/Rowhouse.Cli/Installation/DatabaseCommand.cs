using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Rowhouse.Cli.Terminal;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Postgres.Roles;

namespace Rowhouse.Cli.Installation;

internal static class DatabaseCommand
{
    public static Command Create(InstallationRunner runner) => new("database", "The database of this installation.") { Init(runner) };

    private static Command Init(InstallationRunner runner)
    {
        var admin = new Option<string>("--admin") { Description = "A connection string of somebody who may create roles and databases.", Required = true };
        var name = new Option<string>("--database") { Description = "The database to make.", DefaultValueFactory = _ => "rowhouse" };
        var command = new Command("init", "Make roles, database and schema on your own PostgreSQL server and print the settings. Run again, it mends what is missing and sets new passwords.") { admin, name };
        command.SetAction((parsed, cancellationToken) => runner.ExplainAsync(async () =>
        {
            var connections = await DatabaseRoles.EnsureAsync(parsed.GetRequiredValue(admin), parsed.GetRequiredValue(name), RoleNames.Default, RolePasswords.Generate(), cancellationToken);
            await using var application = InstallationRunner.Build(runner.SettingsOf(parsed) with { Database = connections });
            await application.Services.GetRequiredService<SqlMigrations>().ApplyAsync(connections, cancellationToken);
            var settings = new Dictionary<string, string>
            {
                ["ROWHOUSE_DATABASE"] = connections.Application,
                ["ROWHOUSE_DATABASE_PLATFORM"] = connections.Platform,
                ["ROWHOUSE_DATABASE_OWNER"] = connections.Owner!, // the same
            };
            runner.OutputOf(parsed).Print(settings, all =>
                "# Keep these secret. The server needs the first two; only 'rowhouse migrate' needs the owner's.\n"
                + string.Join('\n', all.Select(setting => $"export {setting.Key}='{setting.Value.Replace("'", "'\\''", StringComparison.Ordinal)}'")));
            return ExitCodes.Done;
        }));
        return command;
    }
}
