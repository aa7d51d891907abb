namespace Rowhouse.Tenancy.Postgres.Embedded;

/// <summary>There are no PostgreSQL binaries on the machine that the embedded server could run.</summary>
/// <param name="message">Where was looked and what to install.</param>
public sealed class PostgresNotFoundException(string message) : EmbeddedPostgresException(message);
