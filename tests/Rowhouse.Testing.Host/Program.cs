using Rowhouse.Tenancy.Postgres.Embedded;
using Rowhouse.Testing.Host.Ledger;

if (args is ["ledger", .. var tenants])
{
    await LedgerProcess.RunAsync([.. tenants.Select(Guid.Parse)]);
    return;
}

// Runs or joins the server of a data folder until its input ends.
await using var server = await EmbeddedPostgres.StartAsync(new() { DataFolder = args[0] });
Console.WriteLine(server.IsOwner ? "owner" : "joined");
await Console.In.ReadToEndAsync();
