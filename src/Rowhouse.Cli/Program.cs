using Rowhouse.Cli;
using Rowhouse.Cli.Terminal;

return await CommandLine.RunAsync(args, CliEnvironment.OfProcess());
