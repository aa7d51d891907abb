namespace Rowhouse.Tenancy.Postgres.Embedded;

/// <summary>The embedded server cannot run. The message says what to do about it and is meant for the person at the keyboard.</summary>
/// <param name="message">What is wrong and how to mend it.</param>
public class EmbeddedPostgresException(string message) : Exception(message);
