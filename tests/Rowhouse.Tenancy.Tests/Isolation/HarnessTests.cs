namespace Rowhouse.Tenancy.Tests.Isolation;

[Collection<AttackMatrix>]
public sealed class HarnessTests(AttackServer server)
{
    internal AttackServer Server => server;
}
