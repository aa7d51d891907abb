using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Rowhouse.Tenancy.Analyzers.Databases;

/// <summary>
/// The members of EF Core that lead past a context. They are known by how their names begin, in whatever class,
/// so that the overloads and ways of a later version are meant too.
/// </summary>
internal static class EntityFramework
{
    private const string Core = "Microsoft.EntityFrameworkCore";
    private const string Infrastructure = Core + ".Infrastructure";

    private static readonly string[] sql = ["FromSql", "ExecuteSql", "SqlQuery", "GetDbConnection", "SetDbConnection", "GetConnectionString", "SetConnectionString", "CreateDbCommand", "GetDbTransaction"];
    private static readonly string[] transactions = ["BeginTransaction", "UseTransaction", "CommitTransaction", "RollbackTransaction", "OpenConnection"];
    private static readonly string[] services = ["IRelationalConnection", "IDbContextTransactionManager", "IRelationalTransactionFactory", "IRawSqlCommandBuilder", "IRelationalCommandBuilderFactory", "IDatabaseFacadeDependencies", "IRelationalDatabaseFacadeDependencies"];

    public static bool IsSql(IMethodSymbol method) => Begins(method, sql);

    // EnlistTransaction is EF Core's too, in a namespace of the framework's.
    public static bool IsTransaction(IMethodSymbol method) =>
        Begins(method, transactions) || method is { Name: "EnlistTransaction", ContainingType.Name: "TransactionsDatabaseFacadeExtensions" };

    public static bool IsIgnoredFilter(IMethodSymbol method) => method.Name == "IgnoreQueryFilters" && method.IsIn(Core);

    /// <summary>Asks a context for the services that it is made of: for all of them, or for one that runs SQL.</summary>
    public static bool IsWayToServices(IMethodSymbol method, IInvocationOperation? call)
    {
        if (method.ContainingType.Name != "AccessorExtensions" || !method.IsIn(Infrastructure))
        {
            return false;
        }

        var service = method.TypeArguments.FirstOrDefault()
            ?? call?.Arguments.Select(argument => argument.Value).OfType<ITypeOfOperation>().FirstOrDefault()?.TypeOperand;
        return method.Name == "GetInfrastructure" ? IsServiceProvider(service) : service is null || services.Contains(service.Name, StringComparer.Ordinal);
    }

    /// <summary>The same by the properties that those methods read.</summary>
    public static bool IsWayToServices(IPropertySymbol property) => property.ContainingType.Name switch
    {
        "IInfrastructure" => property.IsIn(Infrastructure) && IsServiceProvider(property.Type),
        "IDatabaseFacadeDependenciesAccessor" => property.Name == "Dependencies" && property.IsIn(Core + ".Storage"),
        _ => false,
    };

    private static bool IsServiceProvider(ITypeSymbol? type) => type is { Name: "IServiceProvider" };

    private static bool Begins(IMethodSymbol method, string[] names) =>
        Array.Exists(names, name => method.Name.StartsWith(name, StringComparison.Ordinal)) && (method.IsIn(Core) || method.IsIn(Infrastructure) || method.IsIn(Core + ".Storage"));
}
