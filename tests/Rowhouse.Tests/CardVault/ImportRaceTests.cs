using System.Net;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Rowhouse.CardVault.CardFiles;
using Rowhouse.CardVault.Store;
using Rowhouse.Contracts.CardVault;
using Rowhouse.Modules.Access;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.CardVault;

/// <summary>Imports of one tenant at the same moment, as on several nodes: past the turns, which hold on one node only.</summary>
public sealed class ImportRaceTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const int Rows = 2_000;
    private const int AtOnce = 4;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Of_one_file_imported_many_times_at_once_each_card_comes_once(bool skip)
    {
        var tenant = await server.CreateTenantAsync(skip ? "Race Skipping" : "Race", "cardvault");

        // Raw cards: the certificates of graded ones are unique in the database as well.
        var file = Encoding.UTF8.GetBytes("cardNumber,player\n" + string.Concat(Enumerable.Range(0, Rows).Select(i => $"{i},Player {i}\n")));

        var reports = await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => Task.Run(() => ImportAsync(tenant, file, skip))));

        reports.Sum(report => report.Imported).ShouldBe(Rows);
        reports.Count(report => report.Imported == Rows).ShouldBe(1);
        reports.Where(report => report.Imported == 0).ShouldAllBe(report => skip ? report.Skipped == Rows && report.ErrorCount == 0 : report.ErrorCount == Rows);
        await using var scope = await EnterAsync(tenant);
        (await scope.Get<CardVaultDbContext>().Cards.CountAsync(TestContext.Current.CancellationToken)).ShouldBe(Rows);
    }

    [Fact]
    public async Task Who_waits_too_long_for_another_import_is_told_to_come_again()
    {
        var tenant = await server.CreateTenantAsync("Race Waiting", "cardvault");
        var file = "player\nMaya Reed\n"u8.ToArray();
        await using (var scope = await EnterAsync(tenant))
        {
            await scope.Get<CardVaultDbContext>().InLockAsync("cards.import", async _ =>
            {
                using var answer = await tenant.Admin.ImportAsync(file);
                answer.Headers.RetryAfter.ShouldNotBeNull();
                await Task.FromResult(answer).ProblemAsync(HttpStatusCode.ServiceUnavailable, "urn:rowhouse:server:busy");
                return 0;
            }, TestContext.Current.CancellationToken);
        }

        (await tenant.Admin.ImportAsync(file).ReadAsync<CardImportResponse>()).Imported.ShouldBe(1);
    }

    private async Task<CardImportResponse> ImportAsync(TestTenant tenant, byte[] file, bool skip)
    {
        await using var scope = await EnterAsync(tenant);
        scope.Get<Caller>().Identify(tenant.Admin.Id, Role.Admin, superAdmin: false);
        return await scope.Get<CardImport>().RunAsync(new MemoryStream(file), dryRun: false, skip, TestContext.Current.CancellationToken);
    }

    private ValueTask<EnteredTenant> EnterAsync(TestTenant tenant) =>
        server.Services.GetRequiredService<ITenantScopes>().EnterAsync(new TenantId(tenant.Id), TestContext.Current.CancellationToken);
}
