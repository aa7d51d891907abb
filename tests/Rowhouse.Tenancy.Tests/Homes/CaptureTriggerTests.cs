using Rowhouse.Tenancy.Postgres.Guards;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Homes;

public sealed class CaptureTriggerTests
{
    [Theory]
    [InlineData("notes", "label_note", "tenancy.capture_notes_label_note")]
    [InlineData("Notes", "label note", null)]
    [InlineData("my_notes", "notes", null)]
    public void A_capture_is_named_after_its_table_where_no_other_could_be_meant(string schema, string name, string? function)
    {
        if (function is null)
        {
            Function(schema, name).ShouldMatch("^tenancy\\.capture_[0-9a-f]{32}\\z");
        }
        else
        {
            Function(schema, name).ShouldBe(function);
        }
    }

    [Theory]
    [InlineData("a_b", "c", "a", "b_c")]
    [InlineData("a.b", "c", "a", "b.c")]
    [InlineData("notes", "a_name_whose_end_postgres_would_cut_off_in_that_of_the_function_1", "notes", "a_name_whose_end_postgres_would_cut_off_in_that_of_the_function_2")]
    public void Two_tables_have_two_captures(string schema, string name, string otherSchema, string otherName) =>
        Kept(Function(schema, name)).ShouldNotBe(Kept(Function(otherSchema, otherName)));

    // PostgreSQL cuts longer names off.
    private static string Kept(string function) => new([.. function.Take("tenancy.".Length + 63)]);

    private static string Function(string schema, string name) => new CaptureTrigger(new(schema, name, IsShared: false, Key: ["id"])).Function;
}
