using System.Data.Common;
using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Rowhouse.Tenancy.Postgres;
using Shouldly;

namespace Rowhouse.Tests.Architecture;

/// <summary>
/// Products reach rows by their context alone. The analyzer says so while they are written (RS0030); here it is read from what
/// was compiled, where no suppression hides it.
/// </summary>
public sealed class ProductIsolationTests
{
    /// <summary>The one type that may have a connection: it writes what is nobody's.</summary>
    private const string Exception = "Rowhouse.CardVault.CatalogueImport.CatalogueWriter";

    private static readonly Type[] mutable =
    [
        typeof(Dictionary<,>), typeof(List<>), typeof(HashSet<>), typeof(Queue<>), typeof(Stack<>), typeof(SortedDictionary<,>), typeof(SortedList<,>), typeof(SortedSet<>), typeof(LinkedList<>),
    ];

    [Fact]
    public void No_product_names_what_goes_round_its_context()
    {
        var types = Types().ToList();

        types.Count.ShouldBeGreaterThan(50);
        types.Where(type => type.FullName != Exception)
            .SelectMany(type => CodeReferences.Of(type).Select(BannedSymbols.OfProducts.Find).OfType<string>().Select(symbol => $"{type.FullName}: {symbol}"))
            .Distinct().ShouldBeEmpty();
        types.Single(type => type.FullName == Exception).ShouldSatisfyAllConditions(
            type => CodeReferences.Of(type).Select(BannedSymbols.OfProducts.Find).OfType<string>().Distinct().Order(StringComparer.Ordinal).ShouldBe(["Npgsql", "Rowhouse.Tenancy.Postgres.PostgresStore", "System.Data"], ignoreOrder: false));
    }

    [Theory]
    [InlineData(nameof(GoesRound.TakesTheStore), "Rowhouse.Tenancy.Postgres.PostgresStore")]
    [InlineData(nameof(GoesRound.TakesPasswords), "Rowhouse.Tenancy.Postgres.PostgresConnections")]
    [InlineData(nameof(GoesRound.TakesADataSource), "Npgsql")]
    [InlineData(nameof(GoesRound.TakesManyDataSources), "Npgsql")]
    [InlineData(nameof(GoesRound.MakesAConnection), "Npgsql")]
    [InlineData(nameof(GoesRound.AsksAContainer), "Npgsql")]
    [InlineData(nameof(GoesRound.CatchesTheDriversException), "Npgsql")]
    [InlineData(nameof(GoesRound.TakesAConnection), "System.Data")]
    [InlineData(nameof(GoesRound.TakesTheConnectionOfTheContext), "Microsoft.EntityFrameworkCore.DbContext.Database")]
    [InlineData(nameof(GoesRound.BeginsATransaction), "Microsoft.EntityFrameworkCore.DbContext.Database")]
    [InlineData(nameof(GoesRound.UsesSomebodysTransaction), "Microsoft.EntityFrameworkCore.DbContext.Database")]
    [InlineData(nameof(GoesRound.TakesTheContextApart), "Microsoft.EntityFrameworkCore.Infrastructure.AccessorExtensions")]
    [InlineData(nameof(GoesRound.MakesACommandOfAQuery), "Microsoft.EntityFrameworkCore.RelationalQueryableExtensions.CreateDbCommand")]
    [InlineData(nameof(GoesRound.MakesAFacade), "Microsoft.EntityFrameworkCore.Infrastructure.DatabaseFacade")]
    [InlineData(nameof(GoesRound.LooksInside), "Microsoft.EntityFrameworkCore.Infrastructure.IInfrastructure`1.Instance")]
    [InlineData(nameof(GoesRound.IgnoresFilters), "Microsoft.EntityFrameworkCore.EntityFrameworkQueryableExtensions.IgnoreQueryFilters")]
    [InlineData(nameof(GoesRound.QueriesBySql), "Microsoft.EntityFrameworkCore.RelationalQueryableExtensions.FromSql")]
    [InlineData(nameof(GoesRound.RunsSql), "Microsoft.EntityFrameworkCore.RelationalDatabaseFacadeExtensions.ExecuteSqlAsync")]
    [InlineData(nameof(GoesRound.CachesInMemory), "Microsoft.Extensions.Caching.Memory.IMemoryCache")]
    [InlineData(nameof(GoesRound.KeepsForTheThread), "System.Threading.AsyncLocal`1")]
    [InlineData(nameof(GoesRound.TakesAScopeFactory), "Microsoft.Extensions.DependencyInjection.IServiceScopeFactory")]
    [InlineData(nameof(GoesRound.OpensAScope), "Microsoft.Extensions.DependencyInjection.ServiceProviderServiceExtensions.CreateScope")]
    [InlineData(nameof(GoesRound.ConnectsAContext), "Microsoft.EntityFrameworkCore.NpgsqlDbContextOptionsBuilderExtensions")]
    [InlineData(nameof(GoesRound.ReadsSettings), "Microsoft.Extensions.Configuration.IConfiguration")]
    public void Code_that_goes_round_is_found(string way, string symbol)
    {
        var methods = typeof(GoesRound).GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.DeclaredOnly);

        CodeReferences.Of(methods.Single(method => method.Name == way)).Select(BannedSymbols.OfProducts.Find).ShouldContain(symbol);
        methods.Length.ShouldBe(GetType().GetMethod(nameof(Code_that_goes_round_is_found))!.GetCustomAttributes<InlineDataAttribute>().Count());
    }

    [Fact]
    public void What_is_allowed_is_not_found()
    {
        BannedSymbols.OfProducts.Count.ShouldBeGreaterThan(30);
        CodeReferences.Of(typeof(StaysInside)).Select(BannedSymbols.OfProducts.Find).OfType<string>().ShouldBeEmpty();
    }

    [Fact]
    public void Every_type_of_the_kernel_that_leads_to_a_connection_is_banned()
    {
        // Whatever it has tomorrow as well.
        var leading = typeof(PostgresStore).Assembly.GetExportedTypes().Where(type => type.GetMembers().Any(LeadsToAConnection)).ToList();

        leading.ShouldContain(typeof(PostgresStore));
        leading.Where(type => !BannedSymbols.OfProducts.Has(type)).Select(type => type.FullName).ShouldBeEmpty();
    }

    [Fact]
    public void No_product_keeps_anything_in_a_static_field_that_can_change()
    {
        var fields = Types().SelectMany(WithNested).Where(type => !type.Name.Contains('<', StringComparison.Ordinal))
            .SelectMany(type => type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)).ToList();

        fields.Count.ShouldBeGreaterThan(20);
        fields.Where(Changes).Select(field => $"{field.DeclaringType}.{field.Name}").ShouldBeEmpty();
        typeof(GoesRound).GetFields().Where(Changes).Select(field => field.Name).ShouldBe([nameof(GoesRound.Last), nameof(GoesRound.Cards)], ignoreOrder: true);
    }

    [Fact]
    public void The_analyzer_reads_the_same_list() =>
        File.ReadAllText(Path.Combine(Solution.Root, "Directory.Build.props")).ShouldContain("eng/BannedSymbols.Products.txt");

    // Each with what the compiler put into it.
    private static IEnumerable<Type> Types() => Solution.Products.SelectMany(product => Assembly.Load(product.Name).GetTypes()).Where(type => !type.IsNested);

    private static IEnumerable<Type> WithNested(Type type) => type.GetNestedTypes(BindingFlags.Public | BindingFlags.NonPublic).SelectMany(WithNested).Append(type).Where(found => found.Namespace?.StartsWith("Rowhouse.", StringComparison.Ordinal) == true);

    private static bool Changes(FieldInfo field) =>
        !field.IsLiteral
        && !field.Name.Contains('<', StringComparison.Ordinal)
        && (!field.IsInitOnly
            || field.FieldType.Namespace == "System.Collections.Concurrent"
            || (field.FieldType.IsGenericType && mutable.Contains(field.FieldType.GetGenericTypeDefinition())));

    private static bool LeadsToAConnection(MemberInfo member) => member switch
    {
        PropertyInfo property => IsConnection(property.PropertyType),
        MethodInfo method => IsConnection(method.ReturnType) || method.GetParameters().Any(parameter => IsConnection(parameter.ParameterType)),
        ConstructorInfo constructor => constructor.GetParameters().Any(parameter => IsConnection(parameter.ParameterType)),
        _ => false,
    };

    private static bool IsConnection(Type type) =>
        type.Namespace == "Npgsql" || typeof(DbConnection).IsAssignableFrom(type) || type == typeof(PostgresStore) || type == typeof(PostgresConnections) || type.GetGenericArguments().Any(IsConnection);

    /// <summary>Every way round that products could take.</summary>
    private static class GoesRound
    {
        public static readonly Dictionary<string, string> Cards = [];

        public static int Last = 1;

        public static bool TakesTheStore(PostgresStore store) => store.IsOpen;

        public static string TakesPasswords(PostgresConnections connections) => connections.ToString();

        public static string TakesADataSource(NpgsqlDataSource source) => source.ConnectionString;

        public static object TakesManyDataSources(IEnumerable<NpgsqlDataSource[]> sources) => sources;

        public static void MakesAConnection() => new NpgsqlConnection("Host=x").Dispose();

        public static object? AsksAContainer(IServiceProvider services) => services.GetService(typeof(NpgsqlDataSource));

        public static bool CatchesTheDriversException(Exception exception) => exception is PostgresException;

        public static string TakesAConnection(DbConnection connection) => connection.Database;

        public static string TakesTheConnectionOfTheContext(DbContext context) => context.Database.GetDbConnection().Database;

        public static object BeginsATransaction(DbContext context) => context.Database.BeginTransaction();

        public static object? UsesSomebodysTransaction(DbContext context) => context.Database.UseTransaction(null);

        public static object TakesTheContextApart(DbContext context) => context.GetService<IRelationalConnection>();

        public static string MakesACommandOfAQuery(IQueryable<string> query) => query.CreateDbCommand().CommandText;

        public static DatabaseFacade MakesAFacade(DbContext context) => new DatabaseFacade(context);

        public static object LooksInside(DbContext context) => ((IInfrastructure<IServiceProvider>)context).Instance;

        public static object IgnoresFilters(IQueryable<string> query) => query.IgnoreQueryFilters();

        public static object QueriesBySql(DbSet<object> set) => set.FromSql($"select 1");

        public static Task<int> RunsSql(DatabaseFacade database) => database.ExecuteSqlAsync($"select 1");

        public static object? CachesInMemory(IMemoryCache cache) => cache.Get("card");

        public static object TakesAScopeFactory(IServiceScopeFactory scopes) => scopes.CreateScope();

        public static object OpensAScope(IServiceProvider services) => services.CreateScope();

        public static DbContextOptionsBuilder ConnectsAContext(DbContextOptionsBuilder options) => options.UseNpgsql("Host=x");

        public static string? ReadsSettings(IConfiguration configuration) => configuration["ROWHOUSE_DATABASE"];

        public static string? KeepsForTheThread() => new AsyncLocal<string>().Value;
    }

    /// <summary>What products do all day.</summary>
    private static class StaysInside
    {
        public static async Task<int> Counts(DbContext context, CancellationToken cancellationToken)
        {
            await context.SaveChangesAsync(cancellationToken);
            return await context.Set<object>().AsNoTracking().CountAsync(cancellationToken);
        }

        public static Task<int> Locks(TenantDbContext context) => context.InLockAsync("x", context.SaveChangesAsync);

        public static string? Explains(DbUpdateException refused) => refused.ViolatedConstraint();
    }
}
