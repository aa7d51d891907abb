using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Tests.Notes;
using Rowhouse.Testing;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Verification;

public sealed class SchemaComparisonTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [Fact]
    public async Task The_scripts_of_the_notes_make_what_their_model_expects()
    {
        await using var host = await NotesHost.StartAsync(postgres);

        var comparison = await CompareAsync(host);

        comparison.IsEqual.ShouldBeTrue(comparison.ToString());
    }

    [Fact]
    public async Task What_only_one_side_has_is_named()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await NotesHost.ExecuteAsync(host.Connections.Owner!, """
            DROP INDEX notes.ix_notes_tenant_id_notebook_id;
            ALTER TABLE notes.notes ALTER COLUMN text DROP NOT NULL, ADD CONSTRAINT longer CHECK (length(text) > 3);
            """);

        var comparison = await CompareAsync(host);

        comparison.Missing.ShouldBe(["column notes.notes.text text not null", "index ON notes.notes USING btree (tenant_id, notebook_id)"], ignoreOrder: true);
        comparison.Surplus.ShouldBe(["column notes.notes.text text", "constraint on notes.notes CHECK ((length(text) > 3))"], ignoreOrder: true);
    }

    private async Task<SchemaComparison> CompareAsync(NotesHost host) =>
        await SchemaComparison.RunAsync<NotesDb>(host.Connections, await postgres.CreateDatabaseAsync(), TestContext.Current.CancellationToken);
}
