using Rowhouse.Tenancy.Postgres.Guards;
using Rowhouse.Tenancy.Postgres.Roles;
using Rowhouse.Tenancy.Postgres.Verification;
using Rowhouse.Tenancy.Tests.Notes;
using Rowhouse.Testing;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Outbox;

/// <summary>The guards of the kernel's own tables are written out in its scripts; they are those that every other table is given.</summary>
public sealed class OutboxGuardsTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_kernels_own_tables_have_the_captures_that_models_tables_are_given()
    {
        var lines = SchemaDifferences.Lines(await KernelResource.ReadAsync("kernel.txt", Token), RoleNames.Default);

        KernelTables.All.Count.ShouldBe(2);
        foreach (var table in KernelTables.All)
        {
            var capture = new CaptureTrigger(table);
            lines.ShouldContain(capture.LineFor(RoleNames.Default));
            lines.ShouldContain($"trigger {capture.TriggerText(table.ToString())}");
        }
    }

    // As the same rules find nothing to mend but what the platform may see, which is the kernel's alone.
    [Fact]
    public async Task The_kernels_own_tables_have_the_guards_that_models_tables_are_given()
    {
        var connections = await LedgerNode.PrepareAsync(postgres);
        await using var connection = new Npgsql.NpgsqlConnection(connections.Platform + ";Pooling=false");
        await connection.OpenAsync(Token);
        await using var transaction = await connection.BeginTransactionAsync(Token);
        var live = await LiveDatabase.ReadAsync(connection, connections.Roles, [KernelRules.Schema], Token);

        var findings = new TableRules(KernelTables.All, live).Check().Concat(KeyRules.Check(KernelTables.All, live)).ToList();

        findings.Select(finding => $"{finding.Rule} {finding.Where} {finding.What}").Order(StringComparer.Ordinal).ShouldBe(
        [
            "grant tenancy rowhouse_platform may USAGE.",
            "grant tenancy.outbox rowhouse_platform may SELECT (attempts), SELECT (created_at), SELECT (error), SELECT (failed_at), SELECT (id), SELECT (kind), SELECT (not_before), SELECT (number), SELECT (tenant_id).",
            "policy tenancy.outbox the policy 'platform_finds' is not the model's.",
        ], ignoreOrder: true);
    }

    [Theory]
    [InlineData("CREATE POLICY more ON tenancy.outbox FOR SELECT TO rowhouse_platform USING (true)")]
    [InlineData("GRANT SELECT (payload) ON tenancy.outbox TO rowhouse_platform")]
    [InlineData("GRANT DELETE ON tenancy.outbox TO rowhouse_platform")]
    [InlineData("GRANT SELECT ON tenancy.seen_events TO rowhouse_platform")]
    [InlineData("ALTER TABLE tenancy.outbox NO FORCE ROW LEVEL SECURITY")]
    [InlineData("ALTER TABLE tenancy.outbox DISABLE TRIGGER fence")]
    [InlineData("DROP TRIGGER capture ON tenancy.seen_events")]
    [InlineData("ALTER POLICY tenant ON tenancy.outbox USING (true)")]
    public async Task Whatever_else_opens_the_outbox_is_found(string damage)
    {
        var connections = await LedgerNode.PrepareAsync(postgres);
        await NotesHost.ExecuteAsync(connections.Owner!, damage);

        var refused = await Should.ThrowAsync<Rowhouse.Tenancy.Postgres.IsolationException>(() => LedgerNode.StartAsync(connections, []));

        refused.Report.Findings.ShouldContain(finding => finding.Rule == "kernel" && finding.Where.StartsWith("tenancy.", StringComparison.Ordinal));
    }
}
