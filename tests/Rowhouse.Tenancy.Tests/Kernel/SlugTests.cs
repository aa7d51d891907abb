using System.Text.Json;
using FsCheck;
using FsCheck.Xunit;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Kernel;

public sealed class SlugTests
{
    /// <summary>Names with their slugs; the console, which shows the slug before the tenant is made, is tested by the same file.</summary>
    public static TheoryData<string, string?> Names()
    {
        using var file = typeof(SlugTests).Assembly.GetManifestResourceStream(typeof(SlugTests), "slugs.json")!; // embedded by the project
        return [.. JsonSerializer.Deserialize<Dictionary<string, string?>>(file)!.Select(slug => (slug.Key, slug.Value))];
    }

    [Theory]
    [InlineData("smith")]
    [InlineData("3m")]
    [InlineData("ku-bathrooms")]
    [InlineData("a")]
    [InlineData("1989")]
    [InlineData("0123456789abcdef0123456789abcdef")]
    public void A_host_label_is_a_slug(string text) => Slug.Parse(text, null).Value.ShouldBe(text);

    [Theory]
    [InlineData("", "empty")]
    [InlineData("-a", "starts and ends")]
    [InlineData("Smith", "only the letters")]
    [InlineData("a.b", "only the letters")]
    [InlineData("a_b", "only the letters")]
    [InlineData("müller", "only the letters")]
    [InlineData("a b", "only the letters")]
    [InlineData("a\n", "only the letters")]
    [InlineData("xn--mller-kva", "reserved")]
    [InlineData("a-", "starts and ends")]
    [InlineData("127.0.0.1", "only the letters")]
    [InlineData("[::1]", "only the letters")]
    [InlineData("01890a5d-ac96-774b-bcce-b302099a8057", "UUID")]
    public void What_is_no_slug_is_refused_with_the_reason(string text, string reason)
    {
        Slug.TryParse(text, null, out _).ShouldBeFalse();
        Slug.Explain(text).ShouldNotBeNull().ShouldContain(reason, Case.Insensitive);
    }

    [Theory]
    [InlineData("www")]
    [InlineData("api")]
    [InlineData("app")]
    [InlineData("admin")]
    [InlineData("t")]
    [InlineData("auth")]
    [InlineData("login")]
    [InlineData("docs")]
    [InlineData("health")]
    [InlineData("openapi")]
    [InlineData("static")]
    [InlineData("assets")]
    [InlineData("mail")]
    [InlineData("platform")]
    [InlineData("rowhouse")]
    [InlineData("localhost")]
    public void A_name_with_a_meaning_of_its_own_is_no_tenants(string name)
    {
        Slug.IsReserved(name).ShouldBeTrue();
        Slug.Explain(name).ShouldNotBeNull().ShouldContain("reserved");
    }

    [Fact]
    public void A_slug_that_is_not_set_has_no_value_and_an_empty_text()
    {
        Should.Throw<InvalidOperationException>(() => default(Slug).Value).Message.ShouldContain("not set");
        default(Slug).ToString().ShouldBeEmpty();
    }

    [Fact]
    public void A_slug_has_at_most_63_characters()
    {
        Slug.TryParse(new string('a', 63), null, out _).ShouldBeTrue();
        Slug.Explain(new string('a', 64)).ShouldNotBeNull().ShouldContain("63");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_name_becomes_a_slug_or_nothing_usable_is_left_of_it(string name, string? expected)
    {
        Slug.FromName(name, out var slug).ShouldBe(expected is not null);
        slug.ToString().ShouldBe(expected ?? "");
    }

    [Property]
    public bool Whatever_is_made_from_a_name_is_a_slug_of_at_most_40_characters(NonNull<string> name) =>
        !Slug.FromName(name.Get, out var slug) || (Slug.Explain(slug.Value) is null && slug.Value.Length <= Slug.MaxLengthFromName);

    [Property]
    public bool Explain_and_parse_agree_on_any_text(string text) => Slug.TryParse(text, null, out _) == (Slug.Explain(text) is null);
}
