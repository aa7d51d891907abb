using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Rowhouse.Tenancy.Analyzers;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Analyzers;

public sealed partial class RawSqlTests
{
    [Theory]
    [InlineData("""_ = db.Notes.[|FromSql|]($"SELECT 1");""")]
    [InlineData("""_ = db.Notes.[|FromSqlRaw|]("SELECT 1").Where(note => note.Title == "").ToList();""")]
    [InlineData("""_ = db.Set<Note>().[|FromSqlInterpolated|]($"SELECT 1");""")]
    [InlineData("""_ = db.Countries.[|FromSqlRaw|]("SELECT 1");""")]
    [InlineData("""_ = db.Database.[|SqlQuery<int>|]($"SELECT 1");""")]
    [InlineData("""_ = db.Database.[|SqlQueryRaw<int>|]("SELECT 1");""")]
    [InlineData("""db.Database.[|ExecuteSql|]($"SELECT 1");""")]
    [InlineData("""await db.Database.[|ExecuteSqlAsync|]($"SELECT 1", cancelled);""")]
    [InlineData("""db.Database.[|ExecuteSqlRaw|]("SELECT 1", 1, 2);""")]
    [InlineData("""await db.Database.[|ExecuteSqlRawAsync|]("SELECT 1", cancelled);""")]
    [InlineData("""await db.Database.[|ExecuteSqlInterpolatedAsync|]($"SELECT 1", cancelled);""")]
    public Task Sql_on_a_tenants_context_is_reported(string statement) => Code.IsReportedAsync(Rules.RawSql, Code.Method(statement));

    [Theory]
    [InlineData("""_ = db.Database.[|GetDbConnection|]();""")]
    [InlineData("""_ = db.Database.CurrentTransaction!.[|GetDbTransaction|]();""")]
    [InlineData("""_ = db.Database.[|GetConnectionString|]();""")]
    [InlineData("""db.Database.[|SetConnectionString|]("Host=elsewhere");""")]
    [InlineData("""db.Database.[|SetDbConnection|](null);""")]
    [InlineData("""_ = db.Notes.Where(note => note.Title == "").[|CreateDbCommand|]();""")]
    [InlineData("""_ = db.[|GetService<IRelationalConnection>|]();""")]
    [InlineData("""_ = db.[|GetService|](typeof(IRelationalConnection));""")]
    [InlineData("""_ = db.Database.[|GetService<IRawSqlCommandBuilder>|]();""")]
    [InlineData("""_ = db.[|GetInfrastructure|]();""")]
    [InlineData("""_ = [|((IInfrastructure<IServiceProvider>)db).Instance|];""", "Instance")]
    [InlineData("""_ = [|((IDatabaseFacadeDependenciesAccessor)db.Database).Dependencies|];""", "Dependencies")]
    public Task A_way_to_the_connection_is_reported(string statement, string? member = null) =>
        Code.IsReportedAsync(Rules.RawSql, Code.Method(member is null ? statement : statement.Replace("[|", "", StringComparison.Ordinal).Replace($"{member}|]", $"[|{member}|]", StringComparison.Ordinal)));

    [Theory]
    [InlineData("""RelationalDatabaseFacadeExtensions.[|ExecuteSqlRaw|](db.Database, "SELECT 1");""")]
    [InlineData("""RelationalDatabaseFacadeExtensions.[|ExecuteSqlRaw|](parameters: [1], sql: "SELECT 1", databaseFacade: db.Database);""")]
    [InlineData("""RelationalQueryableExtensions.[|FromSqlRaw|](db.Notes, "SELECT 1");""")]
    [InlineData("""Func<FormattableString, int> run = db.Database.[|ExecuteSql|]; run($"SELECT 1");""")]
    [InlineData("""Func<DatabaseFacade, FormattableString, int> run = RelationalDatabaseFacadeExtensions.[|ExecuteSql|]; run(plain.Database, $"SELECT 1");""")]
    [InlineData("""var database = db.Database; database.[|ExecuteSqlRaw|]("SELECT 1");""")]
    [InlineData("""var context = db; var database = context.Database; database.[|ExecuteSqlRaw|]("SELECT 1");""")]
    [InlineData("""((DbContext)db).Database.[|ExecuteSqlRaw|]("SELECT 1");""")]
    [InlineData("""((PlainDb)(DbContext)plain).Database.ExecuteSqlRaw("SELECT 1"); ((NotesDb)some).Database.[|ExecuteSqlRaw|]("SELECT 1");""")]
    [InlineData("""DbContext context = db; context.Database.[|ExecuteSqlRaw|]("SELECT 1");""")]
    [InlineData("""DbContext context = plain; if (yes) { context = db; } context.Database.[|ExecuteSqlRaw|]("SELECT 1");""")]
    [InlineData("""(yes ? (DbContext)plain : db).Database.[|ExecuteSqlRaw|]("SELECT 1");""")]
    [InlineData("""((DbContext?)null ?? db).Database.[|ExecuteSqlRaw|]("SELECT 1");""")]
    [InlineData("""db?.Database.[|ExecuteSqlRaw|]("SELECT 1");""")]
    [InlineData("""(db?.Database)!.[|ExecuteSqlRaw|]("SELECT 1");""")]
    [InlineData("""new DatabaseFacade(db).[|ExecuteSqlRaw|]("SELECT 1");""")]
    [InlineData("""Action later = () => db.Database.[|ExecuteSqlRaw|]("SELECT 1"); later();""")]
    [InlineData("""_ = EF.CompileQuery((NotesDb inner) => inner.Notes.[|FromSqlRaw|]("SELECT 1").Count());""")]
    [InlineData("""foreach (NotesDb one in new[] { db }) { one.Database.[|ExecuteSqlRaw|]("SELECT 1"); }""")]
    public Task It_makes_no_difference_how_the_context_is_written(string statement) => Code.IsReportedAsync(Rules.RawSql, Code.Method(statement));

    [Theory]
    [InlineData("""facade.[|ExecuteSqlRaw|]("SELECT 1");""")]
    [InlineData("""some.Database.[|ExecuteSqlRaw|]("SELECT 1");""")]
    [InlineData("""set.[|FromSqlRaw|]("SELECT 1");""")]
    [InlineData("""_ = query.[|CreateDbCommand|]();""")]
    [InlineData("""var database = plain.Database; Give(ref database); database.[|ExecuteSqlRaw|]("SELECT 1");""")]
    [InlineData("""var (database, _) = (plain.Database, 1); database.[|ExecuteSqlRaw|]("SELECT 1");""")]
    [InlineData("""kept.[|ExecuteSqlRaw|]("SELECT 1");""")]
    [InlineData("""OfAny(plain); static void OfAny<T>(T context) where T : DbContext => context.Database.[|ExecuteSqlRaw|]("SELECT 1");""")]
    public Task What_cannot_be_traced_to_a_context_is_reported(string statement) =>
        Code.IsReportedAsync(Rules.RawSql, Code.Method(statement, "private readonly DatabaseFacade kept = null!; private static void Give(ref DatabaseFacade given) { }"));

    [Fact]
    public Task It_is_reported_through_aliases_and_static_usings_and_within_the_context_itself() => Code.IsReportedAsync(Rules.RawSql, """
        using Notes = NotesDb;
        using Sql = Microsoft.EntityFrameworkCore.RelationalDatabaseFacadeExtensions;
        using static Microsoft.EntityFrameworkCore.RelationalDatabaseFacadeExtensions;

        public sealed class OtherDb(DbContextOptions options) : NotesDb(options)
        {
            public int Clean() => Database.[|ExecuteSqlRaw|]("DELETE FROM notes") + base.Database.[|ExecuteSqlRaw|]("DELETE FROM notes");
            public static int Clean(Notes notes) => Sql.[|ExecuteSqlRaw|](notes.Database, "DELETE FROM notes") + notes.Database.[|ExecuteSqlRaw|]("DELETE FROM notes");
            public static void OfAny<T>(T context) where T : Notes => context.Database.[|ExecuteSqlRaw|]("SELECT 1");
        }
        """);

    [Theory]
    [InlineData("""_ = plain.Notes.FromSqlRaw("SELECT 1");""")]
    [InlineData("""_ = plain.Set<Note>().FromSql($"SELECT 1").ToList();""")]
    [InlineData("""await plain.Database.ExecuteSqlRawAsync("SELECT 1", cancelled);""")]
    [InlineData("""_ = plain.Database.GetDbConnection();""")]
    [InlineData("""var database = plain.Database; database.ExecuteSqlRaw("SELECT 1");""")]
    [InlineData("""DbContext context = plain; context.Database.ExecuteSqlRaw("SELECT 1");""")]
    [InlineData("""RelationalDatabaseFacadeExtensions.ExecuteSqlRaw(plain.Database, "SELECT 1");""")]
    [InlineData("""Func<FormattableString, int> run = plain.Database.ExecuteSql; run($"SELECT 1");""")]
    [InlineData("""plain?.Database.ExecuteSqlRaw("SELECT 1");""")]
    [InlineData("""_ = plain.GetService<IRelationalConnection>();""")]
    [InlineData("""OfPlain(plain); static void OfPlain<T>(T context) where T : PlainDb => context.Database.ExecuteSqlRaw("SELECT 1");""")]
    public Task Sql_on_another_context_is_not_reported(string statement) => Code.IsQuietAsync(Code.Method(statement));

    [Theory]
    [InlineData("""_ = await db.Notes.Where(note => note.Title == "").ToListAsync(cancelled);""")]
    [InlineData("""_ = db.Database.ProviderName; db.Database.SetCommandTimeout(1); _ = db.Database.CurrentTransaction;""")]
    [InlineData("""_ = nameof(RelationalDatabaseFacadeExtensions.ExecuteSqlRaw);""")]
    [InlineData("""_ = db.GetService<ICurrentDbContext>(); _ = db.Entry(new Note()).GetInfrastructure();""")]
    [InlineData("""await db.Notes.ExecuteDeleteAsync(cancelled);""")]
    public Task What_the_filter_holds_is_not_reported(string statement) => Code.IsQuietAsync(Code.Method(statement));

    [Fact]
    public Task A_context_of_ones_own_may_run_sql_on_itself() => Code.IsQuietAsync("""
        public sealed class OtherDb(DbContextOptions options) : PlainDb(options)
        {
            public int Clean() => Database.ExecuteSqlRaw("DELETE FROM notes") + base.Database.ExecuteSqlRaw("DELETE FROM notes");
        }

        public sealed class OwnDb(DbContextOptions options) : DbContext(options)
        {
            public int Clean() => Database.ExecuteSqlRaw("DELETE FROM notes") + base.Database.ExecuteSqlRaw("DELETE FROM notes");
        }
        """);

    [Fact]
    public Task A_method_of_the_same_name_that_is_somebody_elses_is_not_reported() => Code.IsQuietAsync("""
        namespace Shop
        {
            public static class Own { public static int ExecuteSqlRaw(this NotesDb db, string sql) => sql.Length; }
            public static class Work { public static int Run(NotesDb db) => db.ExecuteSqlRaw("SELECT 1"); }
        }
        """);

    [Fact]
    public async Task Whatever_EF_Core_has_of_this_kind_is_known()
    {
        var methods = new[] { typeof(RelationalQueryableExtensions), typeof(RelationalDatabaseFacadeExtensions), typeof(DatabaseFacade) }
            .SelectMany(type => type.GetMethods()).Select(method => method.Name).Where(name => Sql().IsMatch(name)).Distinct().ToList();

        methods.Count.ShouldBeGreaterThan(10);
        foreach (var method in methods)
        {
            // Of an untraced method group no more than the name has to be right.
            var type = method.StartsWith("FromSql", StringComparison.Ordinal) || method == "CreateDbCommand" ? nameof(RelationalQueryableExtensions) : nameof(RelationalDatabaseFacadeExtensions);
            var generic = method.StartsWith("FromSql", StringComparison.Ordinal) ? "<Note>" : method.StartsWith("SqlQuery", StringComparison.Ordinal) ? "<int>" : "";
            var found = await Code.AnalyzeAsync($"public static class Work {{ public static object Run() => new Delegate[] {{ {Delegates(method, $"{type}.{method}{generic}")} }}; }}");

            found.Select(diagnostic => diagnostic.Id).Distinct().ShouldBe([Rules.RawSql.Id], method);
        }
    }

    // A method with overloads has no type of its own: it is called instead.
    private static string Delegates(string method, string group) => method switch
    {
        "ExecuteSqlRaw" => $"(Func<DatabaseFacade, string, object[], int>){group}",
        "ExecuteSqlRawAsync" => $"(Func<DatabaseFacade, string, CancellationToken, Task<int>>){group}",
        _ => group,
    };

    [GeneratedRegex("FromSql|ExecuteSql|SqlQuery|DbConnection|ConnectionString|DbCommand", RegexOptions.NonBacktracking)]
    private static partial Regex Sql();
}
