using FsCheck;
using FsCheck.Xunit;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Kernel;

public sealed class SlugTests
{
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
    [InlineData("Smith Cards", "smith-cards")]
    [InlineData("  Müller & Söhne GmbH ", "muller-sohne-gmbh")]
    [InlineData("Straße Øst", "strasse-ost")]
    [InlineData("O'Brien's", "obriens")]
    [InlineData("Łódź", "lodz")]
    [InlineData("STRAẞE", "strasse")]
    [InlineData("Straße & Söhne", "strasse-sohne")]
    [InlineData("Stra\u00DFe & So\u0308hne", "strasse-sohne")]
    [InlineData("İstanbul Işık", "istanbul-isik")]
    [InlineData("Ħal Għaxaq", "hal-ghaxaq")]
    [InlineData("Đorđe Ðð", "dorde-dd")]
    [InlineData("ÞÓRÐUR þórður", "thordur-thordur")]
    [InlineData("Ærø & Œuvre, Ræv & œuf", "aero-oeuvre-raev-oeuf")]
    [InlineData("ŁØŦ ŧ", "lot-t")]
    [InlineData("1989", "1989")]
    [InlineData("xn--mller-kva", "xn-mller-kva")]
    [InlineData("1️⃣", "1")]
    [InlineData("🃏 Cards 🃏", "cards")]
    [InlineData("abcdefghijklmnopqrstuvwxyz abcdefghijkl mnop", "abcdefghijklmnopqrstuvwxyz-abcdefghijkl")]
    [InlineData("ﬁne ①", "fine-1")]
    public void A_name_becomes_a_slug(string name, string expected)
    {
        Slug.FromName(name, out var slug).ShouldBeTrue();
        slug.Value.ShouldBe(expected);
    }

    [Theory]
    [InlineData("東京")]
    [InlineData("!!!")]
    [InlineData("")]
    [InlineData("WWW")]
    [InlineData("@")]
    [InlineData("---")]
    [InlineData("🃏🃏")]
    [InlineData("👨‍👩‍👧")]
    [InlineData("🇩🇪")]
    [InlineData("\u0301\u0301")]
    [InlineData("\u20DD")]
    [InlineData("\u200B\u00A0\u3000")]
    [InlineData("01890A5D-AC96-774B-BCCE-B302099A8057")]
    public void A_name_of_which_nothing_usable_is_left_makes_no_slug(string name) => Slug.FromName(name, out _).ShouldBeFalse();

    [Property]
    public bool Whatever_is_made_from_a_name_is_a_slug_of_at_most_40_characters(NonNull<string> name) =>
        !Slug.FromName(name.Get, out var slug) || (Slug.Explain(slug.Value) is null && slug.Value.Length <= Slug.MaxLengthFromName);

    [Property]
    public bool Explain_and_parse_agree_on_any_text(string text) => Slug.TryParse(text, null, out _) == (Slug.Explain(text) is null);
}
