using Rowhouse.Tenancy.Postgres.Guards;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Homes;

public sealed class CaptureTriggerTests
{
    [Fact]
    public void A_capture_is_named_after_its_table() =>
        Function("notes", "label_note").ShouldBe("tenancy.capture_notes_label_note");

    [Theory]
    [InlineData("Notes", "label note")]
    [InlineData("my_notes", "notes")]
    public void A_capture_that_needs_quotes_or_could_be_anothers_is_named_by_a_hash(string schema, string name) =>
        Function(schema, name).ShouldMatch("^tenancy\\.capture_[0-9a-f]{32}\\z");

    [Theory]
    [InlineData("a_b", "c", "a", "b_c")]
    [InlineData("a.b", "c", "a", "b.c")]
    [InlineData("notes", "a_name_whose_end_postgres_would_cut_off_in_that_of_the_function_1", "notes", "a_name_whose_end_postgres_would_cut_off_in_that_of_the_function_2")]
    public void Two_tables_have_two_captures(string schema, string name, string otherSchema, string otherName) =>
        Kept(Function(schema, name)).ShouldNotBe(Kept(Function(otherSchema, otherName)));

    [Fact]
    public void A_capture_notes_a_table_under_a_name_that_no_other_has()
    {
        new CaptureTrigger(new("a.b", "c", IsShared: false, Key: ["id"])).FunctionSql.ShouldContain("""'"a.b"."c"'""");
        new CaptureTrigger(new("a", "b.c", IsShared: false, Key: ["id"])).FunctionSql.ShouldContain("""'"a"."b.c"'""");
    }

    // PostgreSQL cuts longer names off.
    private static string Kept(string function) => new([.. function.Take("tenancy.".Length + 63)]);

    private static string Function(string schema, string name) => new CaptureTrigger(new(schema, name, IsShared: false, Key: ["id"])).Function;
}
