using Rowhouse.Server;

var configuration = new ConfigurationBuilder().AddEnvironmentVariables().AddCommandLine(args).Build();
return await ServerHost.RunAsync(ServerSettings.From(configuration), Console.Out);
