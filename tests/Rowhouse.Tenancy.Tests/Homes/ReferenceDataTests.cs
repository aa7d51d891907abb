using Microsoft.Extensions.DependencyInjection;
using Rowhouse.Tenancy.Postgres.Homes;
using Rowhouse.Tenancy.Tests.Notes;
using Rowhouse.Testing;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Homes;

/// <summary>The state of what all tenants read, by which a copy knows whether it is old.</summary>
public sealed class ReferenceDataTests(ReferenceDataTests.Fixture fixture) : IClassFixture<ReferenceDataTests.Fixture>
{
    private readonly NotesHost notes = fixture.Notes;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private ReferenceData Reference => notes.Services.GetRequiredService<ReferenceData>();

    [Theory]
    [InlineData("INSERT INTO atlas.countries (code, name) VALUES ('Q1', 'One')")]
    [InlineData("UPDATE atlas.countries SET name = name || '!'")]
    [InlineData("DELETE FROM atlas.countries WHERE code = 'nowhere'")]
    [InlineData("TRUNCATE atlas.countries CASCADE")]
    public async Task Each_statement_that_changes_it_is_another_state(string sql)
    {
        var before = (await Reference.FindVersionAsync(Cancelled)).ShouldNotBeNull();

        await ChangeAsync(sql);

        (await Reference.FindVersionAsync(Cancelled)).ShouldNotBeNull().ShouldNotBe(before);
    }

    [Fact]
    public async Task What_is_read_or_undone_leaves_it_as_it_was()
    {
        await ChangeAsync("INSERT INTO atlas.countries (code, name) VALUES ('Q2', 'Two')");
        var before = (await Reference.FindVersionAsync(Cancelled)).ShouldNotBeNull();

        await ChangeAsync("SELECT count(*) FROM atlas.countries");
        await ChangeAsync("BEGIN; INSERT INTO atlas.countries (code, name) VALUES ('Q3', 'Three'); ROLLBACK");

        (await Reference.FindVersionAsync(Cancelled)).ShouldBe(before);
    }

    [Fact]
    public async Task Whoever_writes_it_as_the_platform_changes_it_too()
    {
        var before = await Reference.FindVersionAsync(Cancelled);

        await NotesHost.ExecuteAsync(notes.Connections.Platform, "INSERT INTO atlas.countries (code, name) VALUES ('Q4', 'Four')");

        (await Reference.FindVersionAsync(Cancelled)).ShouldNotBe(before);
    }

    [Fact]
    public async Task On_a_distributed_store_nothing_is_known_of_it()
    {
        // As the extension is found by its name.
        await ChangeAsync("UPDATE pg_extension SET extname = 'citus' WHERE extname = 'plpgsql'");
        try
        {
            (await Reference.FindVersionAsync(Cancelled)).ShouldBeNull();
        }
        finally
        {
            await ChangeAsync("UPDATE pg_extension SET extname = 'plpgsql' WHERE extname = 'citus'");
        }
    }

    private async Task ChangeAsync(string sql) => await NotesHost.ExecuteAsync(await new PostgresFixture().SuperuserAsync(notes.Connections.Application), sql);

    public sealed class Fixture : IAsyncLifetime
    {
        public NotesHost Notes { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Notes = await NotesHost.StartAsync(new PostgresFixture());

        public ValueTask DisposeAsync() => Notes.DisposeAsync();
    }
}
