using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Rowhouse.Tenancy.Tests.Notes;
using Rowhouse.Testing;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Homes;

public sealed class HomeSourcesTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [Fact]
    public async Task A_context_that_was_made_before_its_scope_had_a_tenant_leads_nowhere_where_that_has_a_home_of_its_own()
    {
        await using var notes = await NotesHost.StartAsync(postgres);
        await using var scope = notes.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<NotesDb>();
        scope.ServiceProvider.GetRequiredService<TenantScope>().Bind(notes.Smith with { Placement = new(PlacementKind.Dedicated, Placement.DedicatedStore, "rowhouse_home_smith", 1) });

        (await Should.ThrowAsync<InvalidOperationException>(() => db.Notes.ToListAsync(TestContext.Current.CancellationToken))).Message.ShouldContain("was made before its scope belonged to a tenant");
    }
}
