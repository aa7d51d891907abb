using Rowhouse.Tenancy.Postgres.Embedded;

// Runs or joins the server of a data folder until its input ends.
await using var server = await EmbeddedPostgres.StartAsync(new() { DataFolder = args[0] });
Console.WriteLine(server.IsOwner ? "owner" : "joined");
await Console.In.ReadToEndAsync();
