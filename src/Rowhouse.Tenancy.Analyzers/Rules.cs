using Microsoft.CodeAnalysis;

namespace Rowhouse.Tenancy.Analyzers;

/// <summary>What is reported. Each rule has a section in <c>docs/analyzers.md</c>.</summary>
internal static class Rules
{
    private const string Category = "Tenancy";
    private const string Page = "docs/analyzers.md#";

    public static readonly DiagnosticDescriptor RawSql = new(
        "ROWH001",
        "SQL or a connection of one's own carries no tenant",
        "'{0}' goes past the filter and the keys of {1}; query by the model, and add many rows by BulkInsertAsync",
        Category,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        helpLinkUri: Page + "rowh001");

    public static readonly DiagnosticDescriptor IgnoredFilter = new(
        "ROWH002",
        "A query is without the tenant's filter",
        "'{0}' takes the tenant's filter off a query of {1}; leave it out, or name the other filters that it is for",
        Category,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        helpLinkUri: Page + "rowh002");

    public static readonly DiagnosticDescriptor OwnTransaction = new(
        "ROWH003",
        "A transaction or an open connection of one's own is not done again after a move",
        "'{0}' on {1} is not done again when the tenant moves, and may outlive the tenant's binding; use InTransactionAsync or InLockAsync",
        Category,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        helpLinkUri: Page + "rowh003");

    public static readonly DiagnosticDescriptor StaticCollection = new(
        "ROWH004",
        "A static collection that can change is shared by all tenants",
        "'{0}' is shared by all tenants and can change; keep it in a service of the scope or in ITenantCache, or make it a frozen or immutable collection that is never replaced",
        Category,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        helpLinkUri: Page + "rowh004");

    public static readonly DiagnosticDescriptor UnkeyedCache = new(
        "ROWH005",
        "The keys of this cache know no tenant",
        "'{0}' of {1} takes a key that is the same for every tenant; take ITenantCache of a type of your own",
        Category,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        helpLinkUri: Page + "rowh005");

    public static readonly DiagnosticDescriptor HeldTenant = new(
        "ROWH006",
        "A tenant is kept beyond its scope",
        "'{0}' lives longer than a scope and holds '{1}', so the work of one tenant would meet another; take it from the scope where it is needed",
        Category,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        helpLinkUri: Page + "rowh006");

    public static readonly DiagnosticDescriptor ScopeWithoutTenant = new(
        "ROWH007",
        "A scope is opened without a tenant",
        "The scope that '{0}' opens has no tenant; work of a tenant enters it by ITenantScopes.EnterAsync",
        Category,
        DiagnosticSeverity.Info,
        isEnabledByDefault: true,
        helpLinkUri: Page + "rowh007");

    public static readonly DiagnosticDescriptor DeclaredKey = new(
        "ROWH008",
        "An entity names its tenant",
        "'{0}' stands for the tenant's key, which the kernel adds to each entity of '{1}' as a shadow property; remove it",
        Category,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        helpLinkUri: Page + "rowh008");
}
