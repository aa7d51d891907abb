using Rowhouse.Tenancy.Analyzers;
using Rowhouse.Tenancy.Analyzers.Databases;
using Rowhouse.Tenancy.Postgres.Model;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Analyzers;

public sealed class IgnoredFilterTests
{
    [Theory]
    [InlineData("""_ = db.Notes.[|IgnoreQueryFilters|]().ToList();""")]
    [InlineData("""_ = db.Notes.AsNoTracking().Where(note => note.Title == "").OrderBy(note => note.Id).[|IgnoreQueryFilters|]();""")]
    [InlineData("""_ = db.Notes.[|IgnoreQueryFilters|](["tenant"]);""")]
    [InlineData("""_ = db.Notes.[|IgnoreQueryFilters|](["deleted", "tenant"]);""")]
    [InlineData("""var names = new[] { "deleted" }; _ = db.Notes.[|IgnoreQueryFilters|](names);""")]
    [InlineData("""_ = db.Notes.[|IgnoreQueryFilters|]([.. new List<string>()]);""")]
    [InlineData("""_ = (from note in db.Notes where note.Title == "" select note).[|IgnoreQueryFilters|]();""")]
    [InlineData("""_ = EntityFrameworkQueryableExtensions.[|IgnoreQueryFilters|](db.Notes);""")]
    [InlineData("""_ = db.Entry(new Note()).Collection(note => note.Labels).Query().[|IgnoreQueryFilters|]();""")]
    [InlineData("""var found = db.Notes.AsQueryable(); if (yes) { found = found.Where(note => note.Title == ""); } _ = found.[|IgnoreQueryFilters|]();""")]
    [InlineData("""Func<IQueryable<Note>> all = db.Notes.[|IgnoreQueryFilters|]; all();""")]
    [InlineData("""_ = query.[|IgnoreQueryFilters|]();""")]
    [InlineData("""_ = db.Labels().[|IgnoreQueryFilters|]();""")]
    public Task A_query_without_the_tenants_filter_is_reported(string statement) => Code.IsReportedAsync(Rules.IgnoredFilter, Code.Method(statement) + Sets);

    [Theory]
    [InlineData("""_ = plain.Notes.IgnoreQueryFilters().ToList();""")]
    [InlineData("""_ = plain.Notes.Where(note => note.Title == "").IgnoreQueryFilters(["tenant"]);""")]
    [InlineData("""var found = plain.Notes.AsQueryable(); if (yes) { found = found.Where(note => note.Title == ""); } _ = found.IgnoreQueryFilters();""")]
    [InlineData("""IQueryable<Note> found; if (yes) { found = plain.Notes; } else { found = plain.Set<Note>(); } _ = found.IgnoreQueryFilters();""")]
    [InlineData("""_ = (from note in plain.Notes select note).IgnoreQueryFilters();""")]
    public Task A_query_of_another_context_is_not_reported(string statement) => Code.IsQuietAsync(Code.Method(statement));

    [Theory]
    [InlineData("""_ = db.Notes.IgnoreQueryFilters(["deleted"]);""")]
    [InlineData("""const string deleted = "deleted"; _ = db.Notes.IgnoreQueryFilters([deleted, "archived"]);""")]
    [InlineData("""_ = db.Notes.IgnoreQueryFilters(new[] { "deleted" });""")]
    [InlineData("""_ = db.Notes.IgnoreQueryFilters(filterKeys: new string[] { "deleted" });""")]
    [InlineData("""_ = db.Notes.IgnoreAutoIncludes();""")]
    public Task A_query_without_other_filters_is_not_reported(string statement) => Code.IsQuietAsync(Code.Method(statement));

    [Fact]
    public void The_name_of_the_filter_is_the_kernels() => DatabaseAnalyzer.TenantFilter.ShouldBe(TenantModel.Filter);

    private const string Sets = """

        public static class Sets { public static IQueryable<Label> Labels(this NotesDb db) => db.Set<Label>(); }
        """;
}
