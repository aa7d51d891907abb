using Npgsql;

namespace Rowhouse.Tenancy.Postgres.Hosting;

/// <summary>Where connections lead that are made from one connection string: over one pool for each host, so that what is done to one source is done to both.</summary>
/// <param name="Primary">To the primary.</param>
/// <param name="Replica">To a standby, as long as there is one.</param>
internal sealed record HostPools(NpgsqlDataSource Primary, NpgsqlDataSource Replica);
