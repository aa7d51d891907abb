using System.CommandLine;
using Rowhouse.Cli.Terminal;

namespace Rowhouse.Cli.Installation;

internal static class DoctorCommand
{
    public static Command Create(InstallationRunner runner)
    {
        var command = new Command("doctor", "Say what is wrong with this installation and how to mend it; exit code 1 where something is.");
        command.SetAction((parsed, cancellationToken) => runner.ExplainAsync(async () =>
        {
            var checks = new List<Check>();
            await foreach (var check in new Checkup(runner.SettingsOf(parsed), runner.Environment).RunAsync(cancellationToken))
            {
                checks.Add(check);
            }

            runner.OutputOf(parsed).PrintTable(
                checks,
                ("", check => check.Verdict switch { Verdict.Good => "ok", Verdict.Notice => "note", _ => "WRONG" }),
                ("What", check => check.What),
                ("Found", check => check.Mend is null ? check.Found : $"{check.Found} {check.Mend}"));
            return checks.Exists(check => check.Verdict is Verdict.Wrong) ? ExitCodes.Refused : ExitCodes.Done;
        }));
        return command;
    }
}
