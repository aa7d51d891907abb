using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Rowhouse.Cli.Terminal;
using Rowhouse.Contracts;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Postgres.Roles;

namespace Rowhouse.Cli.Installation;

internal static class DatabaseCommand
{
    private const string AdminVariable = "ROWHOUSE_DATABASE_ADMIN";
    private const string InstallationVariable = "ROWHOUSE_INSTALLATION";
    private const string FromInput = "-";

    public static Command Create(InstallationRunner runner) => new("database", "The databases of this installation.") { Init(runner), Homes(runner), Distribute(runner) };

    private static Command Init(InstallationRunner runner)
    {
        var admin = AdminOption();
        var installation = InstallationOption(runner.Environment);
        var name = StoreOption();
        var controlName = NameOption("--control-database", "What the control database is called; else as the installation, with _control.");
        var output = new Option<string?>("--output", "-o") { Description = "Write the server's settings to this new file and the owner's to another that ends in .owner, for nobody else to read, instead of printing them." };
        var command = new Command("init", "Make roles, databases and schema on your own PostgreSQL server and print the settings. Run again, it mends what is missing and sets new passwords.") { admin, installation, name, controlName, output };
        command.SetAction((parsed, cancellationToken) => runner.ExplainAsync(async () =>
        {
            var roles = parsed.GetRequiredValue(installation);
            var usual = DatabaseNames.Of(roles);
            var databases = new DatabaseNames(parsed.GetValue(name) ?? usual.Store, parsed.GetValue(controlName) ?? usual.Control);
            if (databases.Store == databases.Control)
            {
                throw new InvalidOperationException($"The store and the control database are two databases, and both are called {databases.Store}. Name one of them otherwise.");
            }

            var administrator = await AdminAsync(parsed.GetValue(admin), runner.Environment, cancellationToken);
            await RefuseOthersAsync(administrator, databases, roles, cancellationToken);
            using var files = parsed.GetValue(output) is { } path ? SettingsFiles.Create(path) : null;
            var connections = await DatabaseRoles.EnsureAsync(administrator, databases, roles, RolePasswords.Generate(), cancellationToken);
            var settings = DatabaseSettings.Of(connections);
            if (files is not null)
            {
                // Before the schema: should that fail, the passwords are set already.
                await files.WriteAsync(settings, cancellationToken);
            }

            await using var application = InstallationRunner.Build(runner.SettingsOf(parsed) with { Database = connections });
            var database = application.Services.GetRequiredService<PostgresDatabase>();
            await database.OpenAsync(cancellationToken);
            await database.MigrateAsync(cancellationToken);
            if (files is null)
            {
                runner.OutputOf(parsed).Print(settings.All, _ => settings.ToString());
            }
            else
            {
                runner.OutputOf(parsed).Print(files.Paths, paths => $"The server's settings are in {paths.Server}. The owner's are in {paths.Owner}: only 'rowhouse migrate' needs them, keep them away from the server.");
            }

            return ExitCodes.Done;
        }));
        return command;
    }

    private static Command Homes(InstallationRunner runner)
    {
        var output = new Option<string?>("--output", "-o") { Description = "Write how it is reached to this new file, for nobody else to read, instead of printing it." };
        var renew = new Option<bool>("--renew") { Description = "Give roles that are there new passwords. Whoever uses them is locked out until told the new ones: 'rowhouse stores change NAME --connections …'." };
        var admin = AdminOption();
        var installation = InstallationOption(runner.Environment);
        var command = new Command("homes", "Make the roles on another PostgreSQL server, so that private tenants can live there, and say how it is reached, as 'rowhouse stores add --connections' reads it.") { admin, installation, output, renew };
        command.SetAction((parsed, cancellationToken) => runner.ExplainAsync(async () =>
        {
            var roles = parsed.GetRequiredValue(installation);
            var administrator = await AdminAsync(parsed.GetValue(admin), runner.Environment, cancellationToken);
            if (await DatabaseRoles.FindDatabasesAsync(administrator, roles, cancellationToken) is [_, ..] others)
            {
                throw new InvalidOperationException(
                    $"The roles of the installation '{roles.Installation}' have rights in databases of this server: {string.Join(", ", others)}. An installation is on it, which new passwords would lock out. "
                    + "Its own server is a store already ('dedicated'); for homes of another installation name that one (--installation). Nothing was changed.");
            }

            if (!parsed.GetValue(renew) && await DatabaseRoles.ExistAsync(administrator, roles, cancellationToken))
            {
                throw new InvalidOperationException(
                    $"The roles of the installation '{roles.Installation}' are on this server already: it is a store of this installation, or of another one of the same name. "
                    + "If it is this one's, --renew gives them new passwords; else name this one otherwise (--installation). Nothing was changed.");
            }

            // Before the passwords are set, which could then not be kept.
            await using var file = parsed.GetValue(output) is { } path ? SettingsFiles.Create(path, "") : null;
            var store = await DatabaseRoles.EnsureStoreAsync("homes", administrator, roles, RolePasswords.Generate(), cancellationToken);
            var connections = new StoreConnectionsRequest { Platform = store.Platform, Provisioner = store.Provisioner, Owner = store.Owner, Mover = store.Mover };
            if (file is null)
            {
                runner.OutputOf(parsed).Print(connections, made => JsonSerializer.Serialize(made, JsonSerializerOptions.Web));
            }
            else
            {
                await JsonSerializer.SerializeAsync(file, connections, JsonSerializerOptions.Web, cancellationToken);
                runner.OutputOf(parsed).Print(file.Name, name => $"How the server is reached is in {name}. 'rowhouse stores add NAME --connections {name}' makes it a store; remove the file then.");
            }

            return ExitCodes.Done;
        }));
        return command;
    }

    private static Command Distribute(InstallationRunner runner)
    {
        var installation = InstallationOption(runner.Environment);
        var name = StoreOption();
        var worker = new Option<bool>("--worker") { Description = "Print instead what each worker needs before it is added: the roles and the empty store, with their rights." };
        var command = new Command("distribute", "Print the SQL that makes the shared store a Citus cluster's: shared tables on every node, each tenant's rows on one. Nothing is connected to.") { installation, name, worker };
        command.Validators.Add(result =>
        {
            if (result.GetValue(name) is not null && !result.GetValue(worker))
            {
                result.AddError("--database goes with --worker: the coordinator's script is for the store that psql is connected to.");
            }
        });
        command.SetAction((parsed, _) => runner.ExplainAsync(async () =>
        {
            var roles = parsed.GetRequiredValue(installation);
            await using var application = InstallationRunner.Build(runner.SettingsOf(parsed));
            var sql = parsed.GetValue(worker)
                ? DatabaseRoles.WriteWorker(parsed.GetValue(name) ?? DatabaseNames.Of(roles).Store, roles)
                : application.Services.GetRequiredService<PostgresDatabase>().WriteDistribution(roles);
            runner.OutputOf(parsed).Print(sql, text => text);
            return ExitCodes.Done;
        }));
        return command;
    }

    private static Option<string> AdminOption() => new("--admin")
    {
        Description = $"A connection string of somebody who may create roles and databases; '{FromInput}' reads it from standard input. Else {AdminVariable}, which like standard input shows it to no other user.",
    };

    private static Option<string?> StoreOption() => NameOption("--database", "What the store is called, the database of the tenants' rows; else as the installation, with _shared.");

    private static Option<string?> NameOption(string name, string description)
    {
        var option = new Option<string?>(name) { Description = description };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is "")
            {
                result.AddError($"{name} needs the name of a database.");
            }
        });
        return option;
    }

    private static Option<RoleNames> InstallationOption(CliEnvironment environment)
    {
        return new("--installation")
        {
            Description = $"What the roles' names begin with; another one for each installation on one server. Else {InstallationVariable}, else {RoleNames.Default.Installation}.",
            DefaultValueFactory = result => Named(environment.Variable(InstallationVariable) ?? RoleNames.Default.Installation, result),
            CustomParser = result => Named(result.Tokens[0].Value, result),
        };

        // Where there is an error, the command is not run with whatever name.
        static RoleNames Named(string name, ArgumentResult result)
        {
            try
            {
                return new(name);
            }
            catch (ArgumentException malformed)
            {
                result.AddError(malformed.Message);
                return RoleNames.Default;
            }
        }
    }

    private static async Task<string> AdminAsync(string? named, CliEnvironment environment, CancellationToken cancellationToken)
    {
        var admin = named is FromInput ? await environment.In.ReadLineAsync(cancellationToken) : named ?? environment.Variable(AdminVariable);
        return string.IsNullOrWhiteSpace(admin)
            ? throw new InvalidOperationException($"Somebody who may create roles and databases has to be named: by {AdminVariable}, by --admin, or on standard input with '--admin {FromInput}'.")
            : admin;
    }

    // Roles belong to the whole server: their new passwords would lock the other installation out, and its server would
    // have the roles of this one.
    private static async Task RefuseOthersAsync(string admin, DatabaseNames databases, RoleNames roles, CancellationToken cancellationToken)
    {
        var others = (await DatabaseRoles.FindDatabasesAsync(admin, roles, cancellationToken)).Where(other => other != databases.Store && other != databases.Control).ToList();
        if (others.Count > 0)
        {
            throw new InvalidOperationException(
                $"The roles of the installation '{roles.Installation}' have rights in other databases of this server: {string.Join(", ", others)}. "
                + "Name this installation otherwise (--installation), or those databases (--database, --control-database) to set new passwords for it. Nothing was changed.");
        }
    }
}
