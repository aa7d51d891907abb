using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Rowhouse.CardVault.CardFiles;
using Rowhouse.CardVault.Cards;
using Rowhouse.CardVault.Catalogue;
using Rowhouse.CardVault.CatalogueImport;
using Rowhouse.CardVault.Collections;
using Rowhouse.CardVault.Demo;
using Rowhouse.CardVault.Store;
using Rowhouse.Modules;
using Rowhouse.Modules.Demo;
using Rowhouse.Tenancy.Postgres;

namespace Rowhouse.CardVault;

/// <summary>Sports-card collections for teams of collectors.</summary>
public sealed class CardVaultModule : IModule
{
    /// <inheritdoc/>
    public static ModuleInfo Info { get; } = new("cardvault", "CardVault", [CardVaultPermissions.Read, CardVaultPermissions.Edit, CardVaultPermissions.EditAll]);

    /// <inheritdoc/>
    public static void AddServices(IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddTenantDbContext<CardVaultDbContext>();
        builder.Services.AddValidation();
        builder.Services.TryAddScoped<ChecklistLookup>();
        builder.Services.TryAddScoped<CardAccess>();
        builder.Services.TryAddScoped<CardImport>();
        builder.Services.TryAddSingleton<ImportTurns>();
        builder.Services.TryAddSingleton<ExportTurns>();
        builder.Services.TryAddSingleton<CatalogueWriter>();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Scoped<IDemoData, CardVaultDemo>());
    }

    /// <inheritdoc/>
    public static void MapEndpoints(RouteGroupBuilder api)
    {
        SearchCatalogue.Map(api);
        ListReleases.Map(api);
        GetRelease.Map(api);
        GetSet.Map(api);
        ListCards.Map(api);
        AddCard.Map(api);
        GetCard.Map(api);
        ChangeCard.Map(api);
        DeleteCard.Map(api);
        GetImportTemplate.Map(api);
        ImportCards.Map(api);
        ExportCards.Map(api);
        ListCollections.Map(api);
        AddCollection.Map(api);
        GetCollection.Map(api);
        ChangeCollection.Map(api);
        DeleteCollection.Map(api);
    }

    /// <inheritdoc/>
    public static void MapPlatformEndpoints(RouteGroupBuilder platform) => ImportCatalogue.Map(platform);
}
