using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Testing;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane;

public sealed class ControlSchemaTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    // No server starts on a control database that differs; this test is the one that tells what to write.
    [Fact]
    public async Task The_scripts_leave_what_the_file_beside_them_says()
    {
        var database = await postgres.CreateDatabaseAsync(withControl: true);
        var builder = Host.CreateApplicationBuilder();
        builder.AddControlMigrations(PlatformDbContext.Schema, typeof(PlatformDbContext).Assembly);
        using var host = builder.Build();
        await host.Services.GetRequiredService<SqlMigrations>().ApplyAsync(database, TestContext.Current.CancellationToken);

        var left = await SchemaComparison.DescribeControlAsync(database, PlatformDbContext.Schema, TestContext.Current.CancellationToken);

        left.ShouldContain("grant on platform.audit INSERT to :\"platform\"");
        Said().SequenceEqual(left).ShouldBeTrue($"src/Rowhouse.ControlPlane/Store/Migrations/schema.txt has to be:\n{string.Join('\n', left)}\n");
    }

    private static string[] Said()
    {
        using var resource = typeof(PlatformDbContext).Assembly.GetManifestResourceStream("Rowhouse.ControlPlane.Store.Migrations.schema.txt").ShouldNotBeNull();
        using var reader = new StreamReader(resource);
        return reader.ReadToEnd().Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries);
    }
}
