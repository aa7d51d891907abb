namespace Rowhouse.Tenancy.Tests.Isolation;

[Collection<AttackMatrix>]
public sealed class UncoveredTests(AttackServer server)
{
    internal AttackServer Server => server;
}
